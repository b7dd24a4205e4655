package fairqueue

// A flow is the line of one tenant in one level.
type flow[V any] struct {
	tenant *tenant[V]
	level  int
	index  int // in the level's ready or idle heap, -1 outside
	share  float64
	clock  float64 // what the tenant was given, by its share
	cost   int

	returning heap[*Item[V]]
	oldest    *Item[V] // of the others, a list by arrival
	newest    *Item[V]
}

func (f *flow[V]) at(i int) { f.index = i }

// before orders the tenants of a level.
func (f *flow[V]) before(o *flow[V]) bool {
	switch {
	case f.tenant.capped != o.tenant.capped:
		return o.tenant.capped
	case f.clock != o.clock || f.empty():
		return f.clock < o.clock
	}
	return f.head().Place < o.head().Place
}

func (f *flow[V]) empty() bool { return f.oldest == nil && len(f.returning.items) == 0 }

// head returns who comes first.
func (f *flow[V]) head() *Item[V] {
	if len(f.returning.items) > 0 {
		return f.returning.first()
	}
	return f.oldest
}

func (f *flow[V]) push(it *Item[V]) {
	it.flow = f
	f.cost += it.Cost
	if it.Returning {
		f.returning.put(it, -1)
		return
	}
	it.prev = f.newest
	if f.newest == nil {
		f.oldest = it
	} else {
		f.newest.next = it
	}
	f.newest = it
}

func (f *flow[V]) remove(it *Item[V]) {
	it.flow = nil
	f.cost -= it.Cost
	if it.Returning {
		f.returning.remove(it.index)
		return
	}
	if it.prev == nil {
		f.oldest = it.next
	} else {
		it.prev.next = it.next
	}
	if it.next == nil {
		f.newest = it.prev
	} else {
		it.next.prev = it.prev
	}
	it.prev, it.next = nil, nil
}

// An element is ordered in a heap, and told its index there, -1 outside.
type element[T any] interface {
	before(T) bool
	at(int)
}

var (
	_ element[*flow[int]] = (*flow[int])(nil)
	_ element[*Item[int]] = (*Item[int])(nil)
)

// heap is a binary heap whose elements know where they are.
type heap[T element[T]] struct{ items []T }

func (h *heap[T]) first() (first T) {
	if len(h.items) > 0 {
		first = h.items[0]
	}
	return first
}

// put adds an item, or moves one that is at index i to where it belongs now.
func (h *heap[T]) put(it T, i int) {
	if i < 0 {
		i = len(h.items)
		h.items = append(h.items, it)
		it.at(i)
	}
	h.fix(i)
}

// remove takes the item at index i out; a negative one is none.
func (h *heap[T]) remove(i int) {
	if i < 0 {
		return
	}
	last := len(h.items) - 1
	h.items[i].at(-1)
	if i != last {
		h.items[i] = h.items[last]
		h.items[i].at(i)
	}
	var none T
	h.items[last] = none
	h.items = h.items[:last]
	if i < last {
		h.fix(i)
	}
}

// fix moves the item at index i to where it belongs.
func (h *heap[T]) fix(i int) {
	for parent := (i - 1) / 2; i > 0 && h.items[i].before(h.items[parent]); parent = (i - 1) / 2 {
		h.swap(i, parent)
		i = parent
	}
	for child := 2*i + 1; child < len(h.items); child = 2*i + 1 {
		if child+1 < len(h.items) && h.items[child+1].before(h.items[child]) {
			child++
		}
		if !h.items[child].before(h.items[i]) {
			return
		}
		h.swap(i, child)
		i = child
	}
}

func (h *heap[T]) swap(i, j int) {
	h.items[i], h.items[j] = h.items[j], h.items[i]
	h.items[i].at(i)
	h.items[j].at(j)
}
