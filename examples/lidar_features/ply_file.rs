//! Points of a PLY file, ascii or binary: x, y and z of its vertices as any scalar type; all else is left out.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use ply_rs_bw::parser::{Parser, Reader};
use ply_rs_bw::ply::{Header, Property, PropertyAccess, PropertyAccessResult, PropertyType};

use crate::terminal::Outcome;

/// The vertices of the file, in their order.
pub fn read_ply(path: &Path) -> Outcome<Vec<[f64; 3]>> {
    read_vertices(BufReader::new(File::open(path)?))
}

fn read_vertices(source: impl BufRead) -> Outcome<Vec<[f64; 3]>> {
    let mut reader = Reader::new(source);
    let header = Parser::<Vertex>::new().read_header(&mut reader)?;
    check(&header)?;
    for element in header.elements.values() {
        if element.name == "vertex" {
            let vertices = Parser::<Vertex>::new().read_payload_for_element(&mut reader, element, &header)?;
            return Ok(vertices.into_iter().map(|vertex| vertex.position).collect());
        }
        Parser::<Skipped>::new().read_payload_for_element(&mut reader, element, &header)?;
    }
    Ok(Vec::new())
}

fn check(header: &Header) -> Outcome<()> {
    let vertex = header.elements.get("vertex").ok_or("it has no element named vertex")?;
    for axis in ["x", "y", "z"] {
        match vertex.properties.get(axis).map(|property| &property.data_type) {
            Some(PropertyType::Scalar(_)) => {}
            Some(PropertyType::List(..)) => return Err(format!("its vertices have a list as {axis}").into()),
            None => return Err(format!("its vertices have no {axis}").into()),
        }
    }
    Ok(())
}

#[derive(Debug, Default)]
struct Vertex {
    position: [f64; 3],
}

impl PropertyAccess for Vertex {
    fn new() -> Self {
        Self::default()
    }

    fn set_property(&mut self, name: &str, property: Property) -> PropertyAccessResult {
        let axis = match name {
            "x" => 0,
            "y" => 1,
            "z" => 2,
            _ => return PropertyAccessResult::Ignored,
        };
        self.position[axis] = match property {
            Property::Char(value) => value.into(),
            Property::UChar(value) => value.into(),
            Property::Short(value) => value.into(),
            Property::UShort(value) => value.into(),
            Property::Int(value) => value.into(),
            Property::UInt(value) => value.into(),
            Property::Float(value) => value.into(),
            Property::Double(value) => value,
            _ => return PropertyAccessResult::UnsupportedType,
        };
        PropertyAccessResult::Set
    }
}

/// An element before the vertices, read only to get past it.
#[derive(Debug)]
struct Skipped;

impl PropertyAccess for Skipped {
    fn new() -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Outcome<Vec<[f64; 3]>> {
        read_vertices(text.as_bytes())
    }

    #[test]
    fn other_elements_and_properties_are_left_out() {
        let points = read(
            "ply\nformat ascii 1.0\nelement face 1\nproperty list uchar int vertex_indices\nelement vertex 2\n\
             property uchar red\nproperty double z\nproperty float x\nproperty int y\nend_header\n\
             3 0 1 0\n255 1.25 2.5 3\n0 -4 5 6\n",
        );
        assert_eq!(points.unwrap(), [[2.5, 3.0, 1.25], [5.0, 6.0, -4.0]]);
    }

    #[test]
    fn binary_big_endian_is_read() {
        let mut file = b"ply\nformat binary_big_endian 1.0\nelement vertex 1\nproperty double x\nproperty float y\n\
            property float z\nend_header\n"
            .to_vec();
        file.extend(650_000.125f64.to_be_bytes());
        file.extend(1.5f32.to_be_bytes());
        file.extend((-2.0f32).to_be_bytes());
        assert_eq!(read_vertices(&file[..]).unwrap(), [[650_000.125, 1.5, -2.0]]);
    }

    #[test]
    fn missing_parts_are_named() {
        let cases = [
            ("ply\nformat ascii 1.0\nelement face 0\nproperty int a\nend_header\n", "it has no element named vertex"),
            (
                "ply\nformat ascii 1.0\nelement vertex 0\nproperty float x\nproperty float y\nend_header\n",
                "its vertices have no z",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).unwrap_err().to_string(), expected);
        }
        let short = "ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\nproperty float y\nproperty float z\n\
                     end_header\n1 2 3\n";
        assert!(read(short).is_err());
    }
}
