//! Images: one sample a cell, never interpolated; opacity as a mask of its own.

use super::deflated;
use crate::render::scene::Image;
use flate2::Compression;
use pdf_writer::{Filter, Pdf, Ref};

/// Writes an image whose bytes fit its shape, and its mask if a cell is not opaque.
pub(super) fn write(pdf: &mut Pdf, id: Ref, mask: Ref, image: &Image) {
    let opaque = image.rgba.chunks_exact(4).all(|cell| cell[3] == 255);
    let rgb: Vec<u8> = image.rgba.chunks_exact(4).flat_map(|cell| [cell[0], cell[1], cell[2]]).collect();
    let packed = deflated(&rgb, Compression::new(3));
    let (width, height) = (image.width as i32, image.height as i32);
    let mut object = pdf.image_xobject(id, &packed);
    object.filter(Filter::FlateDecode);
    object.width(width).height(height).bits_per_component(8);
    object.color_space().device_rgb();
    if opaque {
        return;
    }
    object.s_mask(mask);
    drop(object);
    let alpha: Vec<u8> = image.rgba.chunks_exact(4).map(|cell| cell[3]).collect();
    let packed = deflated(&alpha, Compression::new(3));
    let mut object = pdf.image_xobject(mask, &packed);
    object.filter(Filter::FlateDecode);
    object.width(width).height(height).bits_per_component(8);
    object.color_space().device_gray();
}
