//! A queue from which any element can be removed at once.

/// A doubly linked list whose nodes lie in one allocation.
///
/// Removed nodes are used again, so the room is that of the longest queue so far.
pub(super) struct LinkedQueue<T> {
    nodes: Vec<Node<T>>,
    /// The first of the unused nodes, which are linked by `next`.
    free: u32,
    front: u32,
    back: u32,
    len: usize,
}

struct Node<T> {
    /// None in an unused node.
    value: Option<T>,
    prev: u32,
    next: u32,
}

/// No node.
const NONE: u32 = u32::MAX;

impl<T> LinkedQueue<T> {
    /// The size of one element with its links. Units: bytes.
    pub(super) const NODE_BYTES: usize = size_of::<Node<T>>();

    pub(super) const fn new() -> LinkedQueue<T> {
        LinkedQueue {
            nodes: Vec::new(),
            free: NONE,
            front: NONE,
            back: NONE,
            len: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends a value, and returns the place by which [`remove`](Self::remove) finds it.
    pub(super) fn push_back(&mut self, value: T) -> u32 {
        self.push_back_with(|_| value)
    }

    /// Appends what `value` makes of its place.
    pub(super) fn push_back_with(&mut self, value: impl FnOnce(u32) -> T) -> u32 {
        let place = match self.free {
            NONE => u32::try_from(self.nodes.len()).expect("memory ends before the numbers"),
            free => free,
        };
        let node = Node {
            value: Some(value(place)),
            prev: self.back,
            next: NONE,
        };
        if self.free == NONE {
            self.nodes.push(node);
        } else {
            self.free = self.node(place).next;
            *self.node(place) = node;
        }
        match self.back {
            NONE => self.front = place,
            back => self.node(back).next = place,
        }
        self.back = place;
        self.len += 1;
        place
    }

    /// Removes the first value.
    pub(super) fn pop_front(&mut self) -> Option<T> {
        match self.front {
            NONE => None,
            front => self.remove(front),
        }
    }

    /// Removes the value at a place, if there is one.
    pub(super) fn remove(&mut self, place: u32) -> Option<T> {
        let free = self.free;
        let node = self.nodes.get_mut(place as usize)?;
        let value = node.value.take()?;
        let (prev, next) = (node.prev, node.next);
        node.next = free;
        self.free = place;
        match prev {
            NONE => self.front = next,
            prev => self.node(prev).next = next,
        }
        match next {
            NONE => self.back = prev,
            next => self.node(next).prev = prev,
        }
        self.len -= 1;
        Some(value)
    }

    /// The values from the front on, with their places.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let mut at = self.front;
        std::iter::from_fn(move || {
            let node = self.nodes.get(at as usize)?;
            let here = std::mem::replace(&mut at, node.next);
            Some((here, node.value.as_ref()?))
        })
    }

    fn node(&mut self, place: u32) -> &mut Node<T> {
        &mut self.nodes[place as usize]
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Push(u8),
        Pop,
        Remove(prop::sample::Index),
        RemoveTwice(prop::sample::Index),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => any::<u8>().prop_map(Step::Push),
            2 => Just(Step::Pop),
            2 => any::<prop::sample::Index>().prop_map(Step::Remove),
            1 => any::<prop::sample::Index>().prop_map(Step::RemoveTwice),
        ];
        prop::collection::vec(step, 1..200)
    }

    proptest! {
        #[test]
        fn queue_behaves_like_a_plain_list(steps in steps()) {
            let mut queue = LinkedQueue::new();
            let mut model: Vec<(u32, u8)> = Vec::new();
            let mut longest = 0;
            for step in steps {
                match step {
                    Step::Push(value) => {
                        let place = queue.push_back(value);
                        prop_assert!(model.iter().all(|(taken, _)| *taken != place));
                        model.push((place, value));
                    }
                    Step::Pop => {
                        let first = (!model.is_empty()).then(|| model.remove(0).1);
                        prop_assert_eq!(queue.pop_front(), first);
                    }
                    Step::Remove(index) | Step::RemoveTwice(index) if !model.is_empty() => {
                        let (place, value) = model.remove(index.index(model.len()));
                        prop_assert_eq!(queue.remove(place), Some(value));
                        prop_assert_eq!(queue.remove(place), None);
                    }
                    Step::Remove(_) | Step::RemoveTwice(_) => {}
                }
                longest = longest.max(model.len());
                let values: Vec<_> = queue.iter().map(|(place, value)| (place, *value)).collect();
                prop_assert_eq!(&values, &model);
                prop_assert_eq!((queue.len(), queue.is_empty()), (model.len(), model.is_empty()));
                prop_assert_eq!(queue.nodes.len(), longest);
            }
        }
    }
}
