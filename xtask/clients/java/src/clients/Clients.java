package clients;

/**
 * Lets Nimbus' OAuth SDK speak to Muster, and its JWT processor verify what it issues.
 *
 * <p>Usage: Clients WORLD.json
 */
public final class Clients {
  public static void main(String[] arguments) throws Exception {
    World world = World.read(arguments[0]);
    Exchange http = new Exchange(world);
    new Credentials(world, http).run();
    new People(world, http).run();
    new Bound(world, http).run();
  }
}
