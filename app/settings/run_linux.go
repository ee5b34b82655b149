package settings

// machineRun is where services keep what lasts until the computer is switched off (FHS 3.0).
const machineRun = "/run"
