package browser

import (
	_ "modernc.org/sqlite" // makes the databases of the tests
)
