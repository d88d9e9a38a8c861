package main

import (
	"context"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// device is a client of the device flow. The method is named: while the library looks for
// it by trial it asks twice as often as it may, and is told to slow down.
func device(provider *oidc.Provider, name string) *oauth2.Config {
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if world.Clients[name].Secret == "" {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{
		ClientID:     world.Clients[name].ID,
		ClientSecret: world.Clients[name].Secret,
		Endpoint:     endpoint,
		Scopes:       []string{"openid", "offline_access", "read", "write"},
	}
}

// tokensOf waits for the person as the library does: it asks, is told to wait, asks again.
func tokensOf(
	ctx context.Context, client *oauth2.Config, options ...oauth2.AuthCodeOption,
) *oauth2.Token {
	options = append(options, oauth2.SetAuthURLParam("resource", world.Gateway))
	codes, err := client.DeviceAuth(ctx, options...)
	must(err)
	time.AfterFunc(1500*time.Millisecond, func() { approve(codes.UserCode) })
	tokens, err := client.DeviceAccessToken(ctx, codes)
	must(err)
	insist(tokens.RefreshToken != "", tokens)
	return tokens
}

func publicDevice(ctx context.Context, provider *oidc.Provider) *oauth2.Token {
	tokens := tokensOf(ctx, device(provider, "tv"))
	did(oauth2Package, "device flow of a public client, polling until the person agrees")
	text, _ := tokens.Extra("id_token").(string)
	verified, err := provider.Verifier(&oidc.Config{ClientID: "tv"}).Verify(ctx, text)
	must(err)
	insist(verified.Subject == world.Person, verified)
	must(verified.VerifyAccessToken(tokens.AccessToken))
	did(oidcPackage, "an ID token verified, with its at_hash")
	exchange(ctx, provider, tokens.AccessToken)
	return tokens
}

// confidentialDevice gives its secret at the start as well; the library sends it there only
// if it is told to.
func confidentialDevice(ctx context.Context, provider *oidc.Provider) {
	secret := oauth2.SetAuthURLParam("client_secret", world.Clients["console"].Secret)
	tokensOf(ctx, device(provider, "console"), secret)
	did(oauth2Package, "device flow of a confidential client")
}
