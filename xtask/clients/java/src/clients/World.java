package clients;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** What the run tells a program, the keeper's commands, and how a deed is said. */
final class World {
  private final Map<String, Object> told;

  private World(Map<String, Object> told) {
    this.told = told;
  }

  static World read(String file) throws Exception {
    return new World(JSONObjectUtils.parse(Files.readString(Path.of(file))));
  }

  String text(String name) {
    return (String) told.get(name);
  }

  Issuer issuer() {
    return new Issuer(text("issuer"));
  }

  ClientID id(String client) throws Exception {
    return new ClientID(member("clients", client).get("id").toString());
  }

  Secret secret(String client) throws Exception {
    return new Secret(member("clients", client).get("secret").toString());
  }

  ClientAuthentication basic(String client) throws Exception {
    return new ClientSecretBasic(id(client), secret(client));
  }

  /** A private key out of its PEM file. */
  PrivateKey key(String name, String kind) throws Exception {
    String file = JSONObjectUtils.getString(JSONObjectUtils.getJSONObject(told, "keys"), name);
    String text = Files.readString(Path.of(file)).replaceAll("-----[^-]+-----|\\s", "");
    byte[] bytes = Base64.getDecoder().decode(text);
    return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(bytes));
  }

  /** The person agrees to a device; the keeper enters it. */
  void approve(String userCode) throws Exception {
    List<String> words = new ArrayList<>(JSONObjectUtils.getStringList(told, "keeper"));
    words.addAll(List.of("device", "approve", userCode, "--user", text("person")));
    Process keeper = new ProcessBuilder(words)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    insist(keeper.waitFor() == 0, words);
  }

  private Map<String, Object> member(String name, String inner) throws Exception {
    return JSONObjectUtils.getJSONObject(JSONObjectUtils.getJSONObject(told, name), inner);
  }

  static void did(String library, String deed) throws Exception {
    String file = "/META-INF/maven/com.nimbusds/" + library + "/pom.properties";
    Properties properties = new Properties();
    try (var stream = World.class.getResourceAsStream(file)) {
      properties.load(stream);
    }
    System.out.println(library + " " + properties.getProperty("version") + "\t" + deed);
  }

  static void insist(boolean right, Object what) {
    if (!right) {
      throw new AssertionError("this was not expected: " + what);
    }
  }
}
