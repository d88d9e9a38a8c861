package main

import (
	"context"
	"net/url"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

const (
	tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
	accessToken   = "urn:ietf:params:oauth:token-type:access_token"
)

// discover reads the metadata; go-oidc insists on the issuer being the one it asked for.
func discover(ctx context.Context) *oidc.Provider {
	provider, err := oidc.NewProvider(ctx, world.Issuer)
	must(err)
	insist(provider.Endpoint().DeviceAuthURL == world.Issuer+"/device_authorization", provider)
	did(oidcPackage, "discovery")
	return provider
}

func clientCredentials(ctx context.Context, provider *oidc.Provider) {
	robot := clientcredentials.Config{
		ClientID:     world.Clients["robot"].ID,
		ClientSecret: world.Clients["robot"].Secret,
		TokenURL:     provider.Endpoint().TokenURL,
		Scopes:       []string{"read"},
	}
	for _, way := range []struct {
		name  string
		style oauth2.AuthStyle
	}{
		{"client_secret_basic", oauth2.AuthStyleInHeader},
		{"client_secret_post", oauth2.AuthStyleInParams},
		{"the method found by trial", oauth2.AuthStyleAutoDetect},
	} {
		robot.AuthStyle = way.style
		token, err := robot.Token(ctx)
		must(err)
		insist(token.Extra("scope") == "read" && token.Expiry.After(time.Now()), token)
		verify(ctx, provider, token.AccessToken)
		did(oauth2Package, "client credentials, "+way.name)
	}
	did(oidcPackage, "rfc9068: an access token verified by /certs")
	robot.Scopes = []string{"admin"}
	_, err := robot.Token(ctx)
	refused(err, "invalid_scope")
	robot.ClientSecret = "wrong"
	_, err = robot.Token(ctx)
	refused(err, "invalid_client")
	did(oauth2Package, "invalid_scope and invalid_client understood")
}

// verify checks an access token by the published keys. It is meant for the issuer's own
// audience, since the robot asked for none.
func verify(ctx context.Context, provider *oidc.Provider, text string) {
	verifier := provider.Verifier(&oidc.Config{ClientID: world.Issuer})
	verified, err := verifier.Verify(ctx, text)
	must(err)
	insist(verified.Subject == world.Clients["robot"].ID, verified)
}

// exchange takes a token that is meant for the gateway to it. The library has no call of
// its own for that; the grant type is one of its parameters.
func exchange(ctx context.Context, provider *oidc.Provider, subject string) {
	gateway := clientcredentials.Config{
		ClientID:     world.Clients["gateway"].ID,
		ClientSecret: world.Clients["gateway"].Secret,
		TokenURL:     provider.Endpoint().TokenURL,
		AuthStyle:    oauth2.AuthStyleInHeader,
		Scopes:       []string{"read"},
		EndpointParams: url.Values{
			"grant_type":         {tokenExchange},
			"subject_token":      {subject},
			"subject_token_type": {accessToken},
		},
	}
	token, err := gateway.Token(ctx)
	must(err)
	insist(token.Extra("issued_token_type") == accessToken, token)
	insist(token.Extra("scope") == "read", token)
	did(oauth2Package, "token exchange: impersonation with a narrower scope")
}

// refresh lets the library replace a token that has expired, and shows the used one again.
func refresh(ctx context.Context, provider *oidc.Provider, tokens *oauth2.Token) {
	tv := device(provider, "tv")
	old := &oauth2.Token{RefreshToken: tokens.RefreshToken}
	renewed, err := tv.TokenSource(ctx, old).Token()
	must(err)
	insist(renewed.RefreshToken != tokens.RefreshToken && renewed.Valid(), renewed)
	did(oauth2Package, "refresh with rotation by the token source")
	_, err = tv.TokenSource(ctx, old).Token()
	refused(err, "invalid_grant")
	_, err = tv.TokenSource(ctx, &oauth2.Token{RefreshToken: renewed.RefreshToken}).Token()
	refused(err, "invalid_grant")
	did(oauth2Package, "a refresh token shown twice ends its family")
}
