//go:build darwin || freebsd

package control

import "golang.org/x/sys/unix"

// peerUID is whose the other end of a socket is, as the kernel noted when it was connected.
func peerUID(fd int) (uint32, error) {
	const local = 0 // SOL_LOCAL
	cred, err := unix.GetsockoptXucred(fd, local, unix.LOCAL_PEERCRED)
	if err != nil {
		return 0, err
	}
	return cred.Uid, nil
}
