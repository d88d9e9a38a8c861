package clients;

import static clients.World.insist;

import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.Request;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenIntrospectionRequest;
import com.nimbusds.oauth2.sdk.TokenIntrospectionResponse;
import com.nimbusds.oauth2.sdk.TokenIntrospectionSuccessResponse;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.token.Token;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;

/** Requests and answers as the SDK makes and reads them; the endpoints are discovered. */
final class Exchange {
  final OIDCProviderMetadata server;

  Exchange(World world) throws Exception {
    server = OIDCProviderMetadata.resolve(world.issuer());
    World.did("oauth2-oidc-sdk", "discovery, OpenID Connect");
  }

  TokenRequest asking(ClientAuthentication client, AuthorizationGrant grant, String scope) {
    return new TokenRequest(server.getTokenEndpointURI(), client, grant, Scope.parse(scope));
  }

  /** Sends it; a proof of possession goes along if there is one. */
  static TokenResponse answer(Request request, com.nimbusds.jwt.SignedJWT proof) throws Exception {
    HTTPRequest sent = request.toHTTPRequest();
    if (proof != null) {
      sent.setDPoP(proof);
    }
    HTTPResponse answer = sent.send();
    return OIDCTokenResponseParser.parse(answer);
  }

  static TokenResponse good(Request request) throws Exception {
    TokenResponse answer = answer(request, null);
    insist(answer.indicatesSuccess(), answer.toHTTPResponse().getBody());
    return answer;
  }

  static void refused(Request request, String code) throws Exception {
    refused(answer(request, null), code);
  }

  static void refused(TokenResponse answer, String code) {
    insist(!answer.indicatesSuccess(), "success instead of " + code);
    ErrorObject error = answer.toErrorResponse().getErrorObject();
    insist(code.equals(error.getCode()), error.getCode());
  }

  TokenIntrospectionSuccessResponse introspect(ClientAuthentication client, Token token)
      throws Exception {
    var request =
        new TokenIntrospectionRequest(server.getIntrospectionEndpointURI(), client, token);
    var answer = TokenIntrospectionResponse.parse(request.toHTTPRequest().send());
    insist(answer.indicatesSuccess(), answer.toHTTPResponse().getBody());
    return answer.toSuccessResponse();
  }

  void revoke(ClientAuthentication client, Token token) throws Exception {
    var request = new TokenRevocationRequest(server.getRevocationEndpointURI(), client, token);
    HTTPResponse answer = request.toHTTPRequest().send();
    insist(answer.indicatesSuccess(), answer.getBody());
  }
}
