package timing

// DecodeAny is the way of what is out of the ordinary.
func (d *FrameDecoder) DecodeAny(data []byte) (Frame, error) { return d.decodeAny(data) }
