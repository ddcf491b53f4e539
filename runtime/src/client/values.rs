//! What serde makes of a parameter that stands in a query or a header: texts, one for each value.

use std::fmt;

use serde::ser::{self, Impossible, Serialize, Serializer};

/// Why there are none.
#[derive(Debug)]
pub(super) enum NoValues {
    /// It is a struct or a map.
    Fields,
    /// It is neither a value nor a list of values.
    Other(&'static str),
    /// What its own serialization says.
    Custom(String),
}

/// The texts of a value: one of a string, a number, a boolean or a unit variant, none of `None`, and of a list or a tuple
/// those of its elements.
pub(super) fn values<T: Serialize + ?Sized>(value: &T) -> Result<Vec<String>, NoValues> {
    let mut values = Values {
        texts: Vec::new(),
        in_list: false,
    };
    value.serialize(&mut values)?;
    Ok(values.texts)
}

struct Values {
    texts: Vec<String>,
    in_list: bool,
}

impl Values {
    fn list(&mut self) -> Result<&mut Self, NoValues> {
        if self.in_list {
            return Err(NoValues::Other("a list of lists"));
        }
        self.in_list = true;
        Ok(self)
    }
}

macro_rules! texts {
    ($($method:ident: $type:ty,)*) => {
        $(fn $method(self, value: $type) -> Result<(), NoValues> {
            self.texts.push(value.to_string());
            Ok(())
        })*
    };
}

impl<'a> Serializer for &'a mut Values {
    type Ok = ();
    type Error = NoValues;
    type SerializeSeq = &'a mut Values;
    type SerializeTuple = &'a mut Values;
    type SerializeTupleStruct = &'a mut Values;
    type SerializeTupleVariant = Impossible<(), NoValues>;
    type SerializeMap = Impossible<(), NoValues>;
    type SerializeStruct = Impossible<(), NoValues>;
    type SerializeStructVariant = Impossible<(), NoValues>;

    texts! {
        serialize_bool: bool, serialize_char: char, serialize_str: &str,
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
        serialize_f32: f32, serialize_f64: f64,
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), NoValues> {
        Err(NoValues::Other("bytes"))
    }

    fn serialize_none(self) -> Result<(), NoValues> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NoValues> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), NoValues> {
        Ok(())
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<(), NoValues> {
        self.texts.push(name.to_owned());
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), NoValues> {
        self.texts.push(variant.to_owned());
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), NoValues> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), NoValues> {
        Err(NoValues::Other("a variant with content"))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, NoValues> {
        self.list()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, NoValues> {
        self.list()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, NoValues> {
        self.list()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, NoValues> {
        Err(NoValues::Other("a variant with content"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, NoValues> {
        Err(NoValues::Fields)
    }

    fn serialize_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStruct, NoValues> {
        Err(NoValues::Fields)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, NoValues> {
        Err(NoValues::Other("a variant with content"))
    }
}

macro_rules! lists {
    ($($list:ident: $method:ident,)*) => {
        $(impl ser::$list for &mut Values {
            type Ok = ();
            type Error = NoValues;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoValues> {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<(), NoValues> {
                Ok(())
            }
        })*
    };
}

lists! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
}

impl ser::Error for NoValues {
    fn custom<T: fmt::Display>(message: T) -> NoValues {
        NoValues::Custom(message.to_string())
    }
}

impl std::error::Error for NoValues {}

impl fmt::Display for NoValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoValues::Fields => f.write_str("it is a struct or a map"),
            NoValues::Other(what) => write!(f, "it is {what}"),
            NoValues::Custom(message) => f.write_str(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_texts_and_lists_of_them() {
        let of = |value: &dyn Fn() -> Result<Vec<String>, NoValues>| value().unwrap();
        let rows: [(Vec<String>, &[&str]); 9] = [
            (of(&|| values("a b")), &["a b"]),
            (of(&|| values(&0.1_f32)), &["0.1"]),
            (
                of(&|| values(&u128::MAX)),
                &["340282366920938463463374607431768211455"],
            ),
            (of(&|| values(&Some(true))), &["true"]),
            (of(&|| values(&None::<u8>)), &[]),
            (of(&|| values(&[1.5_f32; 2])), &["1.5", "1.5"]),
            (of(&|| values(&(0.1_f32, 'x', "y"))), &["0.1", "x", "y"]),
            (of(&|| values(&vec![Some(1), None])), &["1"]),
            (of(&|| values(&std::cmp::Reverse(7).0)), &["7"]),
        ];
        for (found, expected) in rows {
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_is_neither_is_refused() {
        assert!(matches!(values(&[[1, 2]]), Err(NoValues::Other(_))));
        let map = std::collections::BTreeMap::from([("a", 1)]);
        assert!(matches!(values(&map), Err(NoValues::Fields)));
    }
}
