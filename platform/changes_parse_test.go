package platform

import (
	"errors"
	"testing"
)

func TestMetered(t *testing.T) {
	for _, c := range []struct {
		v    any
		want bool
		err  error
	}{
		{uint32(0), false, errors.ErrUnsupported}, {uint32(1), true, nil}, {uint32(2), false, nil},
		{uint32(3), true, nil}, {uint32(4), false, nil}, {"1", false, errors.ErrUnsupported}, {nil, false, errors.ErrUnsupported},
	} {
		if got, err := parseMetered(c.v); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("NetworkManager's %v: %v, %v", c.v, got, err)
		}
	}
	for _, c := range []struct {
		cost uint32
		want bool
		err  error
	}{
		{0, false, errors.ErrUnsupported}, {1, false, nil}, {2, true, nil}, {4, true, nil},
		{0x10001, true, nil}, {0x20001, false, nil}, {0x40001, true, nil},
	} {
		if got, err := costsByVolume(c.cost); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("Windows' %#x: %v, %v", c.cost, got, err)
		}
	}
}
