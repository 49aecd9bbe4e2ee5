//! What a file is, by its content; names decide nothing but the order in which texts are tried.

use super::{columnar, npy};

/// What a file's first bytes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// numpy array.
    Npy,
    /// ZIP archive: of numpy arrays, if one is in it.
    Zip,
    /// HDF5, which NetCDF-4 is too.
    Hdf5,
    /// NetCDF-3: classic, 64-bit offset or 64-bit data.
    NetCdf3,
    /// Arrow's file or stream, Parquet.
    Columnar(columnar::Kind),
    /// gzip: of a text, it is hoped.
    Gzip,
    /// Nothing known; no zero bytes, so a text.
    Text,
    /// Known, but not read by shmplot: its name, and what to do.
    Foreign(&'static str, &'static str),
    /// Bytes that mean nothing to us.
    Unknown,
}

/// Bytes that [`detect`] wants to see.
pub(super) const HEAD: usize = 4096;

/// First bytes of HDF5.
pub(super) const HDF5: &[u8] = b"\x89HDF\r\n\x1a\n";

const CONVERT: &str = "write it as HDF5, NetCDF, npy or CSV";

/// First bytes of formats that are not read, their names, and what to do.
const FOREIGN: &[(&[u8], &str, &str)] = &[
    (b"FEA1", "a Feather file of version 1", "write it anew with pyarrow, which writes version 2"),
    (b"PARE", "an encrypted Parquet file", "write it without encryption"),
    (b"\x0e\x03\x13\x01", "an HDF4 file", "convert it with h4toh5"),
    (b"CDF\x00", "a CDF file of space physics", CONVERT),
    (b"SIMPLE  =", "a FITS image", CONVERT),
    (b"GRIB", "a GRIB file", "convert it with cfgrib or grib_to_netcdf"),
    (b"MATLAB 5.0", "a MATLAB file of version 5", "save it with -v7.3, which is HDF5"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd", "decompress it"),
    (b"\xfd7zXZ\x00", "compressed by xz", "decompress it"),
    (b"BZh", "compressed by bzip2", "decompress it"),
    (b"\x04\x22\x4d\x18", "compressed by lz4", "decompress it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image", "it holds no data to plot"),
    (b"\xff\xd8\xff", "a JPEG image", "it holds no data to plot"),
    (b"%PDF-", "a PDF document", "it holds no data to plot"),
    (b"SQLite format 3\x00", "an SQLite database", "export the table as CSV"),
    (b"II*\x00", "a TIFF image", CONVERT),
    (b"MM\x00*", "a TIFF image", CONVERT),
    (b"Obj\x01", "an Avro file", CONVERT),
    (b"ORC", "an ORC file", CONVERT),
];

/// What a file beginning with `head` (its first [`HEAD`] bytes, or all of them) is.
pub(super) fn detect(head: &[u8]) -> Format {
    if head.starts_with(npy::MAGIC) {
        return Format::Npy;
    }
    // A user block of 512, 1024, … bytes may precede HDF5.
    let blocks =
        std::iter::once(0).chain((9..).map(|power| 1_usize << power)).take_while(|at| *at < head.len());
    if blocks.into_iter().any(|at| head[at..].starts_with(HDF5)) {
        return Format::Hdf5;
    }
    if head.starts_with(b"CDF") && matches!(head.get(3), Some(1 | 2 | 5)) {
        return Format::NetCdf3;
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Format::Zip;
    }
    if let Some(kind) = columnar::kind(head) {
        return Format::Columnar(kind);
    }
    if head.starts_with(b"\x1f\x8b") {
        return Format::Gzip;
    }
    if let Some((_, name, advice)) = FOREIGN.iter().find(|(magic, _, _)| head.starts_with(magic)) {
        return Format::Foreign(name, advice);
    }
    if head.get(257..262) == Some(b"ustar") {
        return Format::Foreign("a tar archive", "unpack it");
    }
    // Pickle protocol 2 and newer: PROTO, a version, and an opcode that begins an object.
    if head.len() > 2 && head[0] == 0x80 && (2..=5).contains(&head[1]) {
        return Format::Foreign(
            "a Python pickle",
            "save the data as npy, HDF5 or CSV: pickles run code when they are read",
        );
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Format::Foreign("a text in UTF-16", "save it as UTF-8");
    }
    if head.contains(&0) { Format::Unknown } else { Format::Text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        assert_eq!(detect(b"\x93NUMPY\x01\x00v\x00"), Format::Npy);
        assert_eq!(detect(b"CDF\x05\0\0"), Format::NetCdf3);
        assert_eq!(detect(b"a,b\n1,2\n"), Format::Text);
        assert_eq!(detect(b"\x80\x04\x95"), detect(b"\x80\x05K\x01."));
        assert_eq!(detect(b"PAR1\x15\x04"), Format::Columnar(columnar::Kind::Parquet));
        assert_eq!(detect(b"ARROW1\0\0\xff\xff"), Format::Columnar(columnar::Kind::ArrowFile));
        assert_eq!(detect(b"\xff\xff\xff\xff\x78\0\0\0"), Format::Columnar(columnar::Kind::ArrowStream));
        assert_eq!(detect(b"\xff\xff\xff\xff\xff\xff\xff\xff"), Format::Text, "no length of a message");
        assert!(matches!(detect(b"FEA1\0"), Format::Foreign(name, _) if name.contains("version 1")));
        assert_eq!(detect(b"\0\0\0\0"), Format::Unknown);
        let mut block = vec![b' '; 1024];
        block.extend_from_slice(HDF5);
        assert_eq!(detect(&block), Format::Hdf5);
    }
}
