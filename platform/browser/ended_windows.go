package browser

// ended needs not be asked: Windows frees a browser's lock file when its process has ended.
func ended(int) bool { return true }
