//! Every byte of small files flipped, one at a time, and each file cut at every length: whatever
//! comes of it, opening it, listing it and reading all that is listed ends in values or errors, within
//! a second and in bounded memory.
//!
//! A format joins with one line in [`mutations!`]; folders (stores) have each of their files treated
//! so. The work is done in a child, this test binary run again, so that aborts, endless loops and
//! allocations without end are caught and told with the byte that brought them about.

mod child;
mod parent;

macro_rules! mutations {
    ($($name:ident => $fixture:literal;)*) => {$(
        #[test]
        fn $name() {
            super::mutations::parent::survives(concat!("mutations::", stringify!($name)), $fixture);
        }
    )*};
}

mutations! {
    csv => "mutations/small.csv";
    csv_gzip => "mutations/small.csv.gz";
    numbers_between_blanks => "files/blanks.txt";
    npy => "files/cube.npy";
    npy_record => "files/record.npy";
    npz => "mutations/small.npz";
    netcdf_classic => "files/cube3.nc";
    netcdf_64bit_offset => "files/cube3_64.nc";
    netcdf_64bit_data => "files/cube5.nc";
    hdf5 => "hdf5/tiny.h5";
    netcdf4 => "hdf5/tiny_nc4.nc";
    hdf5_zstd => "hdf5/tiny_zstd.h5";
    hdf5_bzip2 => "hdf5/tiny_bzip2.h5";
    hdf5_lz4 => "hdf5/tiny_lz4.h5";
    hdf5_bitshuffle => "hdf5/tiny_bitshuffle.h5";
    hdf5_bitshuffle_lz4 => "hdf5/tiny_bitshuffle_lz4.h5";
    hdf5_bitshuffle_zstd => "hdf5/tiny_bitshuffle_zstd.h5";
    hdf5_blosc_blosclz_1 => "hdf5/tiny_blosc_blosclz_1.h5";
    hdf5_blosc_lz4_2 => "hdf5/tiny_blosc_lz4_2.h5";
    hdf5_blosc_snappy_1 => "hdf5/tiny_blosc_snappy_1.h5";
    hdf5_blosc_zlib_1 => "hdf5/tiny_blosc_zlib_1.h5";
    hdf5_blosc_zstd_0 => "hdf5/tiny_blosc_zstd_0.h5";
    hdf5_virtual => "hdf5/tiny_virtual.h5";
    hdf5_ragged => "hdf5/tiny_ragged.h5";
    arrow => "columnar/tiny.arrow";
    arrow_lz4 => "columnar/tiny_lz4.arrow";
    arrow_views => "columnar/tiny_views.arrow";
    arrow_runs => "columnar/tiny_runs.arrow";
    arrow_stream => "columnar/tiny.arrows";
    arrow_stream_zstd => "columnar/tiny_zstd.arrows";
    parquet => "columnar/tiny_none.parquet";
    parquet_snappy => "columnar/tiny_snappy.parquet";
    parquet_gzip => "columnar/tiny_gzip.parquet";
    parquet_brotli => "columnar/tiny_brotli.parquet";
    parquet_lz4 => "columnar/tiny_lz4.parquet";
    parquet_zstd => "columnar/tiny_zstd.parquet";
    parquet_delta => "columnar/tiny_delta.parquet";
    zarr2 => "zarr/small2.zarr";
    zarr3 => "zarr/small3.zarr";
    zarr_zip => "zarr/small2_deflated.zarr.zip";
    yaml => "mutations/small.yml";
    json => "mutations/small.json";
}
