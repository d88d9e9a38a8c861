package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"runtime/debug"

	"golang.org/x/oauth2"
)

const (
	oauth2Package = "golang.org/x/oauth2"
	oidcPackage   = "github.com/coreos/go-oidc/v3"
)

// world is what the run tells a program.
var world = readWorld()

type worldFile struct {
	Issuer  string
	Keeper  []string
	Person  string
	Gateway string
	Clients map[string]struct{ ID, Secret string }
}

func readWorld() (told worldFile) {
	text, err := os.ReadFile(os.Args[1])
	must(err)
	must(json.Unmarshal(text, &told))
	return told
}

// approve lets the person agree to a device; the keeper enters it.
func approve(userCode string) {
	words := append(world.Keeper[1:len(world.Keeper):len(world.Keeper)],
		"device", "approve", userCode, "--user", world.Person)
	must(exec.Command(world.Keeper[0], words...).Run())
}

// did says a deed of a library.
func did(library, deed string) {
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == library {
			fmt.Printf("%s %s\t%s\n", library, module.Version, deed)
			return
		}
	}
	log.Fatalf("%s is not linked", library)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func insist(right bool, what any) {
	if !right {
		log.Fatalf("this was not expected: %+v", what)
	}
}

// refused insists on being refused by this error code.
func refused(err error, code string) {
	var refusal *oauth2.RetrieveError
	if !errors.As(err, &refusal) || refusal.ErrorCode != code {
		log.Fatalf("%s was expected: %v", code, err)
	}
}
