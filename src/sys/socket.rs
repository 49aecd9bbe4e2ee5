//! Messages between two processes: whole or not at all, of any size, with descriptors.
//!
//! A [`Channel`] is one end of a SEQPACKET pair. Messages up to [`INLINE`] bytes travel in one
//! packet; larger ones in a memfd whose descriptor travels. What they say is up to the caller.

use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType, recvmsg, sendmsg,
    socketpair,
};
use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::FileExt;

/// The largest payload that travels in the packet itself.
pub const INLINE: usize = 16 << 10;

/// The most descriptors that go with a message.
pub const MAX_DESCRIPTORS: usize = 200;

/// First byte of a packet: its payload follows.
const WHOLE: u8 = b'w';
/// First byte of a packet: the payload is in the memfd whose descriptor comes last.
const ELSEWHERE: u8 = b'e';

/// One end of a connection.
#[derive(Debug)]
pub struct Channel(OwnedFd);

/// What was received.
#[derive(Debug)]
pub struct Message {
    /// Payload.
    pub bytes: Vec<u8>,
    /// Descriptors, close-on-exec.
    pub descriptors: Vec<OwnedFd>,
}

/// What trying to receive gave.
#[derive(Debug)]
pub enum Received {
    /// A message.
    Message(Message),
    /// Nothing now.
    Nothing,
    /// The other end is closed and everything it sent has been received.
    End,
}

impl Channel {
    /// Two connected ends, close-on-exec.
    ///
    /// # Errors
    /// What `socketpair` says.
    pub fn pair() -> io::Result<(Self, Self)> {
        let (a, b) = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)?;
        Ok((Self(a), Self(b)))
    }

    /// Sends one message, waiting for room.
    ///
    /// # Errors
    /// `BrokenPipe` if the other end is gone; more than [`MAX_DESCRIPTORS`] descriptors.
    pub fn send(&self, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
        self.send_with(bytes, descriptors, MsgFlags::empty())
    }

    /// Sends one message if there is room for it at once; `false` if not.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub fn try_send(&self, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) -> io::Result<bool> {
        match self.send_with(bytes, descriptors, MsgFlags::MSG_DONTWAIT) {
            Ok(()) => Ok(true),
            Err(err) if err.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(err) => Err(err),
        }
    }

    fn send_with(&self, bytes: &[u8], descriptors: &[BorrowedFd<'_>], flags: MsgFlags) -> io::Result<()> {
        if descriptors.len() > MAX_DESCRIPTORS {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "too many descriptors for one message"));
        }
        let mut raw: Vec<RawFd> = descriptors.iter().map(AsRawFd::as_raw_fd).collect();
        let carrier = if bytes.len() > INLINE {
            let mut file = File::from(memfd_create(c"shmplot-message", MFdFlags::MFD_CLOEXEC)?);
            file.write_all(bytes)?;
            raw.push(file.as_raw_fd());
            Some(file)
        } else {
            None
        };
        let head = [if carrier.is_some() { ELSEWHERE } else { WHOLE }];
        let body = if carrier.is_some() { &[] } else { bytes };
        let parts = [IoSlice::new(&head), IoSlice::new(body)];
        let rights = [ControlMessage::ScmRights(&raw)];
        let control = if raw.is_empty() { &[] } else { &rights[..] };
        loop {
            // A packet is sent whole or not at all.
            match sendmsg::<()>(self.0.as_raw_fd(), &parts, control, flags | MsgFlags::MSG_NOSIGNAL, None) {
                Ok(_) => return Ok(()),
                Err(nix::errno::Errno::EINTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
    }

    /// Waits for the next message; `None` when the other end is gone.
    ///
    /// # Errors
    /// What `recvmsg` says; too few free descriptors for those that came.
    pub fn recv(&self) -> io::Result<Option<Message>> {
        match self.recv_with(MsgFlags::empty())? {
            Received::Message(message) => Ok(Some(message)),
            Received::Nothing | Received::End => Ok(None),
        }
    }

    /// The next message, if one is there.
    ///
    /// # Errors
    /// As [`Self::recv`].
    pub fn try_recv(&self) -> io::Result<Received> {
        self.recv_with(MsgFlags::MSG_DONTWAIT)
    }

    fn recv_with(&self, flags: MsgFlags) -> io::Result<Received> {
        let mut packet = [0; INLINE + 1];
        let mut control = nix::cmsg_space!([RawFd; MAX_DESCRIPTORS + 1]);
        let flags = flags | MsgFlags::MSG_CMSG_CLOEXEC;
        let mut descriptors = Vec::new();
        let (len, whole) = loop {
            let mut parts = [IoSliceMut::new(&mut packet)];
            match recvmsg::<()>(self.0.as_raw_fd(), &mut parts, Some(&mut control), flags) {
                Ok(got) => {
                    let complete = got.cmsgs().map(|messages| {
                        for message in messages {
                            if let ControlMessageOwned::ScmRights(raw) = message {
                                // SAFETY: the kernel has just installed these descriptors for us.
                                descriptors
                                    .extend(raw.into_iter().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }));
                            }
                        }
                    });
                    let whole = complete.is_ok() && !got.flags.contains(MsgFlags::MSG_TRUNC);
                    break (got.bytes, whole);
                }
                Err(nix::errno::Errno::EINTR) => {}
                Err(nix::errno::Errno::EAGAIN) => return Ok(Received::Nothing),
                // The other end was closed with something of ours unread.
                Err(nix::errno::Errno::ECONNRESET) => return Ok(Received::End),
                Err(errno) => return Err(errno.into()),
            }
        };
        if !whole {
            return Err(io::Error::other("a message came incomplete (too many open files?)"));
        }
        // No message of ours is empty, so nothing is the end.
        let Some((&kind, body)) = packet[..len].split_first() else {
            return Ok(Received::End);
        };
        let bytes = match (kind, kind == ELSEWHERE) {
            (WHOLE, _) => body.to_vec(),
            (_, true) => {
                let carrier =
                    descriptors.pop().ok_or_else(|| io::Error::other("a message without its payload"))?;
                let carrier = File::from(carrier);
                let size = usize::try_from(carrier.metadata()?.len()).map_err(io::Error::other)?;
                let mut bytes = vec![0; size];
                carrier.read_exact_at(&mut bytes, 0)?;
                bytes
            }
            _ => return Err(io::Error::other("a message of an unknown kind")),
        };
        Ok(Received::Message(Message { bytes, descriptors }))
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Seek};

    #[test]
    fn messages_of_every_size_arrive_whole_and_in_order() {
        let (a, b) = Channel::pair().unwrap();
        for size in [0, 1, INLINE, INLINE + 1, 3_000_000] {
            let sent: Vec<u8> = (0..size).map(|i| (i * 7 % 251) as u8).collect();
            a.send(&sent, &[]).unwrap();
            let got = b.recv().unwrap().unwrap();
            assert_eq!(got.bytes, sent);
            assert!(got.descriptors.is_empty());
        }
    }

    #[test]
    fn descriptors_arrive_with_their_message() {
        let (a, b) = Channel::pair().unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"inside").unwrap();
        for size in [3, INLINE + 5] {
            a.send(&vec![1; size], &[file.as_fd(), file.as_fd()]).unwrap();
            let mut got = b.recv().unwrap().unwrap();
            assert_eq!((got.bytes.len(), got.descriptors.len()), (size, 2));
            let mut received = File::from(got.descriptors.remove(0));
            received.rewind().unwrap();
            let mut text = String::new();
            received.read_to_string(&mut text).unwrap();
            assert_eq!(text, "inside");
        }
    }

    #[test]
    fn a_closed_end_is_an_end_after_the_last_message() {
        let (a, b) = Channel::pair().unwrap();
        assert!(matches!(b.try_recv().unwrap(), Received::Nothing));
        a.send(b"last", &[]).unwrap();
        drop(a);
        assert_eq!(b.recv().unwrap().unwrap().bytes, b"last");
        assert!(b.recv().unwrap().is_none());
        assert!(matches!(b.try_recv().unwrap(), Received::End));
        assert_eq!(b.send(b"x", &[]).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_full_channel_says_so_instead_of_waiting() {
        let (a, b) = Channel::pair().unwrap();
        let mut sent = 0;
        while a.try_send(&[5; INLINE], &[]).unwrap() {
            sent += 1;
        }
        assert!(sent > 2);
        for _ in 0..sent {
            assert_eq!(b.recv().unwrap().unwrap().bytes.len(), INLINE);
        }
        assert!(a.try_send(b"again", &[]).unwrap());
    }
}
