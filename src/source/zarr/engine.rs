//! The codecs of the crate zarrs, one chunk at a time.
//!
//! Its arrays and stores are not used: they start rayon's pool, and allocate what a chunk's header
//! claims. Callers of this module have checked such claims before.

use super::fault::{Fault, broken, guarded, lacking};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;
use zarrs::array::codec::api::{BytesRepresentation, Codec};
use zarrs::array::{CodecOptions, DataType, FillValue};
use zarrs::metadata::v3::MetadataV3;

/// A codec that zarrs knows.
pub(super) struct Engine {
    codec: Codec,
    /// Of codecs of arrays, the type of the elements and one zero element.
    element: Option<(DataType, FillValue)>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.codec.fmt(f)
    }
}

impl Engine {
    /// The codec `name`, as version 3 calls it.
    ///
    /// # Errors
    /// If zarrs does not know it, or not with this configuration.
    pub(super) fn new(name: &str, configuration: &Value) -> Result<Self, Fault> {
        let configuration = configuration.as_object().cloned().unwrap_or_default();
        let metadata = MetadataV3::new_with_configuration(name, configuration);
        let codec = guarded(|| {
            Codec::from_metadata(&metadata).or_else(|error| lacking(format!("codec `{name}` ({error})")))
        })?;
        Ok(Self { codec, element: None })
    }

    /// For elements of this type of version 3, which codecs of arrays need to know.
    ///
    /// # Errors
    /// If zarrs does not know the type.
    pub(super) fn with_elements(mut self, data_type: &str, size: usize) -> Result<Self, Fault> {
        let found = DataType::from_metadata(&MetadataV3::new(data_type));
        let data_type = found.or_else(|error| lacking(format!("type `{data_type}` ({error})")))?;
        self.element = Some((data_type, FillValue::new(vec![0; size])));
        Ok(self)
    }

    /// Decodes `bytes`, of which `count` elements or `size` bytes are to become.
    ///
    /// # Errors
    /// If they are broken.
    pub(super) fn decode<'a>(
        &self,
        bytes: &'a [u8],
        count: usize,
        size: Option<usize>,
    ) -> Result<Cow<'a, [u8]>, Fault> {
        let failed = |error: &dyn fmt::Display| Fault::Broken(error.to_string());
        guarded(|| match &self.codec {
            Codec::BytesToBytes(codec) => {
                let size = size.map_or(BytesRepresentation::UnboundedSize, |size| {
                    BytesRepresentation::FixedSize(size as u64)
                });
                codec.decode(Cow::Borrowed(bytes), &size, options()).map_err(|error| failed(&error))
            }
            Codec::ArrayToBytes(codec) => {
                let Some((data_type, fill)) = &self.element else {
                    return broken("a codec of arrays without a type");
                };
                let Some(count) = std::num::NonZeroU64::new(count as u64) else {
                    return broken("a chunk without elements");
                };
                let values = codec
                    .decode(Cow::Borrowed(bytes), &[count], data_type, fill, options())
                    .map_err(|error| failed(&error))?;
                values.into_fixed().map_err(|error| failed(&error))
            }
            Codec::ArrayToArray(_) => broken("a codec of arrays among those of bytes"),
        })
    }
}

/// Options for decoding in the calling thread.
fn options() -> &'static CodecOptions {
    static OPTIONS: OnceLock<CodecOptions> = OnceLock::new();
    OPTIONS.get_or_init(|| {
        // The default asks rayon for its number of threads, which would start the global pool. In a
        // pool of the calling thread alone there is an answer without a thread; inside another pool
        // there is one already, and making this one fails.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
        let options = CodecOptions::default().with_concurrent_target(1);
        drop(pool);
        options
    })
}
