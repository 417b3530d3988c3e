//! Identifiers that people write (portal, agent) and identifiers that machines make (epoch, sequence).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest id a person may write, in bytes: it becomes a metric label, a file name and a URL segment.
pub const MAX_LEN: usize = 64;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is empty.
    #[error("an id must not be empty")]
    Empty,
    /// Longer than [`MAX_LEN`].
    #[error("an id has at most {MAX_LEN} characters")]
    TooLong,
    /// A character outside `a-z 0-9 -`, or a hyphen at an end.
    #[error("an id has lower-case letters a-z, digits and inner hyphens only")]
    Alphabet,
}

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > MAX_LEN {
        return Err(IdError::TooLong);
    }
    let inner = text
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !inner || text.starts_with('-') || text.ends_with('-') {
        return Err(IdError::Alphabet);
    }
    Ok(())
}

macro_rules! written_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                check(text)?;
                Ok(Self(Arc::from(text)))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::parse::text(deserializer, "an id")
            }
        }
    };
}

written_id! {
    /// One monitored site (`cổng/trang thông tin điện tử`). Stable for ever: history hangs on it.
    PortalId
}
written_id! {
    /// One vantage point (`điểm đo`).
    AgentId
}
written_id! {
    /// One network (carrier, autonomous system, government network): two agents on one network are one
    /// witness, not two.
    NetworkId
}

/// The random identity of one spool: 128 bits as 32 hexadecimal digits.
///
/// With the sequence number it is the first delivery key. A new spool, or one whose records contradict what the
/// collector holds, starts a new epoch, so that a number is never reused for other content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(u128);

impl Epoch {
    /// An epoch from 16 random bytes, which the caller draws.
    #[must_use]
    pub const fn from_random(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    /// The 16 bytes, for storage.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Epoch {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.len() != 32
            || !text
                .bytes()
                .all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
        {
            return Err(IdError::Alphabet);
        }
        u128::from_str_radix(text, 16)
            .map(Self)
            .map_err(|_never| IdError::Alphabet)
    }
}

impl Serialize for Epoch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Epoch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::parse::text(deserializer, "an epoch of 32 lower-case hexadecimal digits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_to_the_alphabet_of_labels_and_file_names() {
        assert!("so-khcn.angiang".parse::<PortalId>().is_err());
        assert!("".parse::<PortalId>().is_err());
        assert!("-a".parse::<PortalId>().is_err());
        assert!("Sở".parse::<PortalId>().is_err());
        assert!("a".repeat(65).parse::<PortalId>().is_err());
        assert_eq!("tu-nghia-2".parse::<PortalId>().unwrap().as_str(), "tu-nghia-2");
    }

    #[test]
    fn an_epoch_survives_text() {
        let epoch = Epoch::from_random([7; 16]);
        assert_eq!(epoch.to_string().parse::<Epoch>(), Ok(epoch));
        assert!("07".parse::<Epoch>().is_err());
    }
}
