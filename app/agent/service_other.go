//go:build !linux && !darwin && !windows

package agent

import "github.com/kardianos/service"

// Other systems' services are not registered: nobody has tried it there.
func (s Service) available() error                 { return ErrNoSystem }
func (s Service) file() string                     { return "" }
func (s Service) folder(string) bool               { return false }
func (s Service) text() (string, error)            { return "", ErrNoSystem }
func (s Service) config() (*service.Config, error) { return nil, ErrNoSystem }
func (s Service) ask(*ServiceState) error          { return ErrNoSystem }
func (s Service) enable() error                    { return ErrNoSystem }
func (s Service) start() (bool, error)             { return true, ErrNoSystem }
func (s Service) stop() (bool, error)              { return true, ErrNoSystem }
