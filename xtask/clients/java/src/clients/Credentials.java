package clients;

import static clients.World.did;
import static clients.World.insist;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.JWTBearerGrant;
import com.nimbusds.oauth2.sdk.as.AuthorizationServerMetadata;
import com.nimbusds.oauth2.sdk.assertions.jwt.JWTAssertionDetails;
import com.nimbusds.oauth2.sdk.assertions.jwt.JWTAssertionFactory;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.PrivateKeyJWT;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.Audience;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.Subject;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import java.net.URI;
import java.util.Set;

/** Clients that speak for themselves, what is said of their tokens, and how they end. */
final class Credentials {
  private static final String SDK = "oauth2-oidc-sdk";
  private static final String JOSE = "nimbus-jose-jwt";

  private final World world;
  private final Exchange http;

  Credentials(World world, Exchange http) {
    this.world = world;
    this.http = http;
  }

  void run() throws Exception {
    AuthorizationServerMetadata.resolve(world.issuer());
    did(SDK, "discovery, RFC 8414");
    secrets();
    signed("es256", JWSAlgorithm.ES256, "EC");
    signed("rs256", JWSAlgorithm.RS256, "RSA");
    assertion();
    verified("robot", world.text("issuer"), "rfc9068");
    verified("wlcg", "https://wlcg.cern.ch/jwt/v1/any", "wlcg");
    verified("scitokens", "ANY", "scitokens");
  }

  private AccessToken token(ClientAuthentication client, String scope) throws Exception {
    var request = http.asking(client, new ClientCredentialsGrant(), scope);
    return Exchange.good(request).toSuccessResponse().getTokens().getAccessToken();
  }

  private void secrets() throws Exception {
    ClientAuthentication basic = world.basic("robot");
    AccessToken token = token(basic, "read");
    insist("read".equals(token.getScope().toString()), token.getScope());
    did(SDK, "client credentials, client_secret_basic");
    token(new ClientSecretPost(world.id("robot"), world.secret("robot")), "read");
    did(SDK, "client credentials, client_secret_post");
    var told = http.introspect(basic, token);
    insist(told.isActive() && world.id("robot").equals(told.getClientID()), told.toJSONObject());
    http.revoke(basic, token);
    insist(!http.introspect(basic, token).isActive(), "active after its revocation");
    did(SDK, "introspection, revocation, introspection");
    var grant = new ClientCredentialsGrant();
    Exchange.refused(http.asking(basic, grant, "admin"), "invalid_scope");
    var liar = new ClientSecretBasic(world.id("robot"), new Secret("wrong"));
    Exchange.refused(http.asking(liar, grant, "read"), "invalid_client");
    did(SDK, "invalid_scope and invalid_client understood");
  }

  /** The audience is the issuer: the only one that Muster takes. */
  private void signed(String name, JWSAlgorithm algorithm, String kind) throws Exception {
    var client = new PrivateKeyJWT(world.id(name), URI.create(world.text("issuer")), algorithm,
        world.key(name, kind), name, null);
    token(client, "read");
    did(SDK, "client credentials, private_key_jwt with " + algorithm);
  }

  private void assertion() throws Exception {
    var details = new JWTAssertionDetails(new Issuer(world.text("trusted")),
        new Subject(world.text("person")), new Audience(world.text("issuer")));
    var assertion = JWTAssertionFactory.create(details, JWSAlgorithm.RS256,
        world.key("rs256", "RSA"), "rs256", null, null, null);
    Exchange.good(http.asking(world.basic("herald"), new JWTBearerGrant(assertion), "read"));
    did(SDK, "JWT bearer");
  }

  /** An access token by the published keys: its type, its issuer, its audience, its claims. */
  private void verified(String client, String audience, String profile) throws Exception {
    var keys = JWKSourceBuilder.create(http.server.getJWKSetURI().toURL()).build();
    var processor = new DefaultJWTProcessor<SecurityContext>();
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("at+jwt")));
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.ES256, keys));
    var exact = new JWTClaimsSet.Builder().issuer(world.text("issuer")).build();
    processor.setJWTClaimsSetVerifier(new DefaultJWTClaimsVerifier<>(audience, exact,
        Set.of("exp", "sub", "client_id", "iat", "jti", "scope")));
    var token = token(world.basic(client), null);
    JWTClaimsSet claims = processor.process(token.getValue(), null);
    insist(world.id(client).getValue().equals(claims.getSubject()), claims);
    did(JOSE, profile + ": an access token verified by /certs");
  }
}
