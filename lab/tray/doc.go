// Package tray tests the tray and the notifications on a real desktop: xfce4-panel draws the icon and
// the menu, dunst shows the notes, and a pointer and a keyboard choose from them. The program under
// test is show, which has a tray and nothing else, so that its memory and its wake-ups are the tray's.
package tray
