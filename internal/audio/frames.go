package audio

import "time"

// MP3Frames returns the part of an MP3 file that may stand behind another in
// one file, and how long it lasts: its frames, without the tags before and
// behind them, the frame that counts them and one that is cut short at the end.
// It reports false for what is no MP3.
func MP3Frames(file []byte) (frames []byte, d time.Duration, ok bool) {
	from, ok := skipID3(file)
	if !ok {
		return nil, 0, false
	}
	h, from, ok := firstFrame(file, from)
	if !ok {
		return nil, 0, false
	}
	if isFrameCount(file[from:], h) {
		from += h.bytes()
	}
	from = min(from, len(file))
	to, samples := walk(file, from)
	if d, ok = lasting(samples, uint64(h.rateHz)); !ok || to == from {
		return nil, 0, false
	}
	return file[from:to], d, true
}

// walk goes from frame to frame and returns the end of the last one, and how
// many samples they are. What is between them stays: decoders skip it.
func walk(file []byte, from int) (end int, samples uint64) {
	end = from
	for at := from; at < len(file); {
		h, ok := parseFrameHeader(file[at:])
		if !ok {
			if _, at, ok = firstFrame(file, at); !ok {
				break
			}
			continue
		}
		if at += h.bytes(); at > len(file) {
			break
		}
		end, samples = at, samples+uint64(h.samples())
	}
	return end, samples
}
