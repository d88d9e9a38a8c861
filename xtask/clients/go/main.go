// Command clients lets golang.org/x/oauth2 and go-oidc speak to Muster.
//
// Usage: clients WORLD.json
package main

import "context"

func main() {
	ctx := context.Background()
	provider := discover(ctx)
	clientCredentials(ctx, provider)
	tokens := publicDevice(ctx, provider)
	refresh(ctx, provider, tokens)
	confidentialDevice(ctx, provider)
}
