package clients;

import static clients.World.did;
import static clients.World.insist;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.dpop.DefaultDPoPProofFactory;
import com.nimbusds.oauth2.sdk.token.DPoPAccessToken;

/** Tokens that are bound to a key, which the library makes (DPoP, RFC 9449). */
final class Bound {
  private final World world;
  private final Exchange http;

  Bound(World world, Exchange http) {
    this.world = world;
    this.http = http;
  }

  void run() throws Exception {
    var key = new ECKeyGenerator(Curve.P_256).generate();
    var proofs = new DefaultDPoPProofFactory(key, JWSAlgorithm.ES256);
    var request = http.asking(world.basic("bound"), new ClientCredentialsGrant(), "read");
    var proof = proofs.createDPoPJWT("POST", http.server.getTokenEndpointURI());
    var answer = Exchange.answer(request, proof);
    insist(answer.indicatesSuccess(), answer.toHTTPResponse().getBody());
    var token = answer.toSuccessResponse().getTokens().getAccessToken();
    insist(token instanceof DPoPAccessToken, token.getType());
    var told = http.introspect(world.basic("bound"), token);
    var thumbprint = told.getJWKThumbprintConfirmation().getValue();
    insist(key.computeThumbprint().equals(thumbprint), told.toJSONObject());
    // A proof is good once.
    Exchange.refused(Exchange.answer(request, proof), "invalid_dpop_proof");
    did("oauth2-oidc-sdk", "client credentials with DPoP, a proof used twice refused");
  }
}
