package demo

import "os"

// A File is created when there is something to write, so that a call that
// fails costs no earlier file.
type File struct {
	Path string
	file *os.File
}

func (f *File) Write(p []byte) (n int, err error) {
	if f.file == nil {
		if f.file, err = os.Create(f.Path); err != nil {
			return 0, err
		}
	}
	return f.file.Write(p)
}

// Close closes the file, if there is one.
func (f *File) Close() error {
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}
