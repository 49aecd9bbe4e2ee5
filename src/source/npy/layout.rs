//! Where every element of an array lies: a first byte and one stride an axis.

use super::descr::{Field, Kind, Scalar};
use super::header::Header;

/// A structured or plain array before one looks inside its elements. Offsets count from the first
/// byte after the header.
#[derive(Clone, Debug)]
pub(super) struct Outer {
    base: u64,
    /// Lengths of the axes.
    pub(super) shape: Vec<usize>,
    /// Bytes from one index to the next, per axis.
    strides: Vec<u64>,
    in_table: bool,
}

/// An array of plain values.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// First byte of the first element, counted from the first byte after the header.
    pub(super) base: u64,
    /// Lengths of the axes.
    pub(super) shape: Vec<usize>,
    /// Bytes from one index to the next, per axis.
    pub(super) strides: Vec<u64>,
    /// What lies there; of complex numbers one part, of [`Scalar::part_size`] bytes.
    pub(super) scalar: Scalar,
    /// Whether it is a column of a table.
    pub(super) in_table: bool,
}

impl Outer {
    /// The array a header describes, which has `bytes` bytes after the header. All later arithmetic
    /// stays below that number.
    pub(super) fn new(header: &Header, bytes: u64) -> Result<Self, String> {
        let size = header.descr.size() as u64;
        let need = header.shape.iter().try_fold(size, |n, len| n.checked_mul(*len as u64));
        match need {
            Some(need) if need <= bytes => {}
            Some(need) => {
                return Err(format!(
                    "it is cut off: its header promises {need} bytes of values, there are {bytes}"
                ));
            }
            None => return Err("its header promises more bytes than a file can have".to_owned()),
        }
        // A length of zero hides other lengths from the check above.
        let empty = header.shape.contains(&0);
        if (size == 0 && !empty) || header.shape.iter().any(|len| empty && *len as u64 > bytes.max(1 << 32)) {
            return Err("its elements have no bytes".to_owned());
        }
        let mut strides = vec![0; header.shape.len()];
        let mut step = size;
        let axes: Vec<usize> = if header.fortran {
            (0..header.shape.len()).collect()
        } else {
            (0..header.shape.len()).rev().collect()
        };
        for axis in axes {
            strides[axis] = step;
            step = step.saturating_mul(header.shape[axis] as u64);
        }
        Ok(Self { base: 0, shape: header.shape.clone(), strides, in_table: false })
    }

    /// One field of every element; a field's own axes come last, in C order.
    pub(super) fn field(&self, field: &Field) -> Result<Self, String> {
        let mut inner = self.clone();
        inner.base += field.offset as u64;
        inner.in_table = self.in_table || self.shape.len() == 1;
        let mut step = field.descr.size() as u64;
        let mut strides = vec![0; field.shape.len()];
        for axis in (0..field.shape.len()).rev() {
            strides[axis] = step;
            step = step.saturating_mul(field.shape[axis] as u64);
        }
        if step == 0 && !field.shape.contains(&0) {
            return Err("its elements have no bytes".to_owned());
        }
        inner.shape.extend(&field.shape);
        inner.strides.extend(strides);
        Ok(inner)
    }

    /// As plain values; `part` chooses the real (0) or imaginary (1) part of complex ones.
    pub(super) fn leaf(&self, scalar: Scalar, part: usize) -> Leaf {
        Leaf {
            base: self.base + (part * scalar.part_size()) as u64,
            shape: self.shape.clone(),
            strides: self.strides.clone(),
            scalar,
            in_table: self.in_table,
        }
    }
}

impl Leaf {
    /// numpy's name of the stored type; of a complex number's part, the part's.
    pub(super) fn stored_name(&self) -> String {
        match self.scalar.kind {
            Kind::Complex => format!("float{}", self.scalar.part_size() * 8),
            _ => self.scalar.numpy_name(),
        }
    }

    /// Whether the bytes are the decoded values already, row-major and without gaps.
    pub(super) fn is_plain(&self) -> bool {
        let mut step = self.scalar.size as u64;
        let dense = self.shape.iter().zip(&self.strides).rev().all(|(len, stride)| {
            let fits = *stride == step || *len == 1;
            step = step.saturating_mul(*len as u64);
            fits
        });
        self.is_native() && self.scalar.kind != Kind::Complex && dense
    }

    /// Whether the bytes of a value are those of the decoded one.
    fn is_native(&self) -> bool {
        let native = self.scalar.part_size() == 1 || self.scalar.big == cfg!(target_endian = "big");
        native
            && match self.scalar.kind {
                Kind::Int | Kind::Uint => true,
                Kind::Float => self.scalar.size >= 4,
                Kind::Complex => self.scalar.part_size() >= 4,
                _ => false,
            }
    }

    /// Values from one index to the next, per axis, if values are native and lie at multiples of
    /// their size from each other.
    pub(super) fn steps(&self) -> Option<Vec<usize>> {
        let size = self.scalar.part_size() as u64;
        let whole = self.is_native() && self.strides.iter().all(|stride| stride.is_multiple_of(size));
        let step = |stride: &u64| usize::try_from(stride / size).ok();
        whole.then(|| self.strides.iter().map(step).collect())?
    }
}
