package resources

import (
	"bytes"
	"image/png"
	"testing"
)

func TestAppPicture(t *testing.T) {
	m, err := png.Decode(bytes.NewReader(AppPicture))
	if err != nil {
		t.Fatal(err)
	}
	if size := m.Bounds().Size(); size.X != 256 || size.Y != 256 {
		t.Errorf("%v", size)
	}
	_, _, blue, alpha := m.At(128, 240).RGBA()
	if _, _, _, corner := m.At(0, 0).RGBA(); corner != 0 || alpha != 0xffff || blue < 0x8000 {
		t.Error("it is not the drawing on a clear ground")
	}
}
