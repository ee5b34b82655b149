//go:build lab && linux

package lab

var pathScenarios, filterScenarios, tlsScenarios, httpScenarios, cdnScenarios, rawScenarios, proxyScenarios, healthyScenarios, trapScenarios, comboScenarios []*Scenario
var hidden []string
