package platform

import "errors"

// parseMetered reads NetworkManager's NMMetered: yes is 1, a guess that it is 3, and 2 and 4 are the
// same for no. 0 is unknown.
func parseMetered(v any) (bool, error) {
	switch v {
	case uint32(1), uint32(3):
		return true, nil
	case uint32(2), uint32(4):
		return false, nil
	}
	return false, errors.ErrUnsupported
}

// costsByVolume reads the flags of INetworkCostManager::GetCost (netlistmgr.h, NLM_CONNECTION_COST).
func costsByVolume(cost uint32) (bool, error) {
	const (
		unrestricted, fixed, variable = 0x1, 0x2, 0x4
		overLimit, roaming            = 0x10000, 0x40000
	)
	switch {
	case cost&(fixed|variable|overLimit|roaming) != 0:
		return true, nil
	case cost&unrestricted != 0:
		return false, nil
	}
	return false, errors.ErrUnsupported
}
