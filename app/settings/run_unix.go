//go:build !linux && !windows

package settings

// machineRun is where services keep what lasts until the computer is switched off (hier(7)).
const machineRun = "/var/run"
