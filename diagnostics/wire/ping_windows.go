package wire

// pingMethods: package probing knows no other way on Windows than what it calls privileged.
var pingMethods = []pingMethod{{MethodRaw, true}}
