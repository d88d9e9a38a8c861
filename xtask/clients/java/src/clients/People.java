package clients;

import static clients.World.did;
import static clients.World.insist;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationRequest;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationResponse;
import com.nimbusds.oauth2.sdk.device.DeviceCodeGrant;
import com.nimbusds.oauth2.sdk.token.TokenTypeURI;
import com.nimbusds.oauth2.sdk.tokenexchange.TokenExchangeGrant;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import java.util.List;
import java.util.Map;

/** Tokens that speak for a person: a device gets them, refreshes them, a gateway exchanges. */
final class People {
  private static final String SDK = "oauth2-oidc-sdk";

  private final World world;
  private final Exchange http;

  People(World world, Exchange http) {
    this.world = world;
    this.http = http;
  }

  void run() throws Exception {
    ClientAuthentication console = world.basic("console");
    ClientAuthentication gateway = world.basic("gateway");
    OIDCTokens first = device(console);
    var subject = new TokenExchangeGrant(first.getAccessToken(), TokenTypeURI.ACCESS_TOKEN);
    var answer = Exchange.good(http.asking(gateway, subject, "read")).toSuccessResponse();
    var exchanged = answer.getTokens().getAccessToken();
    insist(TokenTypeURI.ACCESS_TOKEN.equals(exchanged.getIssuedTokenType()), exchanged);
    insist("read".equals(exchanged.getScope().toString()), exchanged.getScope());
    var told = http.introspect(gateway, exchanged);
    insist(world.text("person").equals(told.getSubject().getValue()), told.toJSONObject());
    did(SDK, "token exchange: impersonation with a narrower scope");
    var again = http.asking(console, new RefreshTokenGrant(first.getRefreshToken()), null);
    var second = Exchange.good(again).toSuccessResponse().getTokens();
    insist(!second.getRefreshToken().equals(first.getRefreshToken()), "no rotation");
    did(SDK, "refresh with rotation");
    Exchange.refused(again, "invalid_grant");
    insist(!http.introspect(console, second.getAccessToken()).isActive(), "active");
    insist(!http.introspect(gateway, exchanged).isActive(), "active after its parent's end");
    did(SDK, "a refresh token shown twice ends its family, what was exchanged too");
  }

  private OIDCTokens device(ClientAuthentication console) throws Exception {
    var request = new DeviceAuthorizationRequest(http.server.getDeviceAuthorizationEndpointURI(),
        console, Scope.parse("openid offline_access read write"),
        Map.of("resource", List.of(world.text("gateway"))));
    var response = DeviceAuthorizationResponse.parse(request.toHTTPRequest().send());
    insist(response.indicatesSuccess(), response.toHTTPResponse().getBody());
    var codes = response.toSuccessResponse();
    var ask = http.asking(console, new DeviceCodeGrant(codes.getDeviceCode()), null);
    Exchange.refused(ask, "authorization_pending");
    world.approve(codes.getUserCode().getValue());
    Thread.sleep(codes.getInterval() * 1000L + 100);
    var tokens = Exchange.good(ask).toSuccessResponse().getTokens().toOIDCTokens();
    did(SDK, "device flow: pending, tokens");
    var validator = new IDTokenValidator(world.issuer(), world.id("console"), JWSAlgorithm.ES256,
        http.server.getJWKSetURI().toURL());
    var claims = validator.validate(tokens.getIDToken(), null);
    insist(world.text("person").equals(claims.getSubject().getValue()), claims);
    did(SDK, "an ID token verified");
    return tokens;
  }
}
