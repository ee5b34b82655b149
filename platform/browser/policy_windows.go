package browser

import (
	"golang.org/x/sys/windows/registry"
)

// registryPolicy reads the administrator's settings of a vendor ("Google\Chrome"), the machine's
// over the account's.
func registryPolicy(vendor string) map[string]any {
	values := map[string]any{}
	for _, root := range []registry.Key{registry.CURRENT_USER, registry.LOCAL_MACHINE} {
		readPolicy(values, root, `Software\Policies\`+vendor, 2)
	}
	return values
}

// readPolicy reads a key and its subkeys; depth ends it.
func readPolicy(values map[string]any, root registry.Key, path string, depth int) {
	key, err := registry.OpenKey(root, path, registry.READ)
	if err != nil {
		return
	}
	defer key.Close()
	names, _ := key.ReadValueNames(256)
	for _, name := range names {
		if s, _, err := key.GetStringValue(name); err == nil {
			values[name] = s
		} else if n, _, err := key.GetIntegerValue(name); err == nil {
			values[name] = float64(n)
		}
	}
	if depth == 0 {
		return
	}
	subkeys, _ := key.ReadSubKeyNames(64)
	for _, name := range subkeys {
		sub := map[string]any{}
		readPolicy(sub, root, path+`\`+name, depth-1)
		values[name] = sub
	}
}
