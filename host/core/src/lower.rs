//! Results: the engine's types become memory of the guest.

use winsock_async_engine::{Answer, Completion, ErrorCode, IpAddress};

use crate::error::{Error, Trap};
use crate::guest::Guest;
use crate::memory::Memory;

/// The size and alignment of `result<_, error-code>`.
pub(crate) const UNIT_RESULT: (u32, u32) = (2, 1);
/// The size and alignment of `result<task-handle, error-code>`.
pub(crate) const HANDLE_RESULT: (u32, u32) = (16, 8);
/// The size and alignment of a list or a string: its address and its length.
pub(crate) const LIST: (u32, u32) = (8, 4);
/// The size of a completion, whose alignment is 8.
const COMPLETION: usize = 56;
/// The size of an IP address, whose alignment is 8.
const IP_ADDRESS: usize = 24;

/// The bytes of `result<_, error-code>`.
pub(crate) fn unit_result(result: Result<(), ErrorCode>) -> [u8; UNIT_RESULT.0 as usize] {
    match result {
        Ok(()) => [0, 0],
        Err(error) => [1, error as u8],
    }
}

/// The bytes of `result<task-handle, error-code>`.
pub(crate) fn handle_result(result: Result<u64, ErrorCode>) -> [u8; HANDLE_RESULT.0 as usize] {
    let mut bytes = [0; _];
    match result {
        Ok(handle) => put(&mut bytes, 8, handle.to_le_bytes()),
        Err(error) => {
            bytes[0] = 1;
            bytes[8] = error as u8;
        }
    }
    bytes
}

/// Writes completions into memory that the guest allocates, and returns the bytes of the list.
pub(crate) fn completions<G: Guest>(
    memory: &mut Memory<'_, G>,
    completions: &[Completion],
) -> Result<[u8; LIST.0 as usize], Error<G::Error>> {
    // The list first and its strings after it, as the canonical ABI does.
    let address = memory.allocate(8, bytes_of(completions.len(), COMPLETION)?)?;
    let mut records = vec![0; completions.len() * COMPLETION];
    for (completion, record) in completions.iter().zip(records.chunks_exact_mut(COMPLETION)) {
        put(record, 0, completion.handle.to_le_bytes());
        put(record, 8, completion.tag.to_le_bytes());
        match &completion.outcome {
            Ok(found) => answer(memory, found, &mut record[20..])?,
            Err(error) => {
                record[16] = 1;
                record[20] = *error as u8;
            }
        }
    }
    memory.write(address, &records)?;
    Ok(list(address, completions.len()))
}

/// Writes an answer into `record`, which has 36 bytes of zeros, and its strings and lists into
/// memory.
fn answer<G: Guest>(
    memory: &mut Memory<'_, G>,
    answer: &Answer,
    record: &mut [u8],
) -> Result<(), Error<G::Error>> {
    let (case, fields) = record.split_at_mut(4);
    match answer {
        Answer::Host(entry) => {
            case[0] = 0;
            put(fields, 0, string(memory, &entry.name)?);
            put(fields, 8, strings(memory, &entry.aliases)?);
            let addresses = entry.addresses();
            let count = addresses.len();
            let numbers: Vec<u8> = addresses.flat_map(|a| a.to_bits().to_le_bytes()).collect();
            put(fields, 16, list(memory.allocated(4, &numbers)?, count));
        }
        Answer::Service(entry) => {
            case[0] = 1;
            put(fields, 0, string(memory, &entry.name)?);
            put(fields, 8, strings(memory, &entry.aliases)?);
            put(fields, 16, entry.port.to_le_bytes());
            put(fields, 20, string(memory, &entry.protocol)?);
        }
        Answer::Protocol(entry) => {
            case[0] = 2;
            put(fields, 0, string(memory, &entry.name)?);
            put(fields, 8, strings(memory, &entry.aliases)?);
            put(fields, 16, entry.number.to_le_bytes());
        }
        Answer::Addresses(found) => {
            case[0] = 3;
            if let Some(name) = &found.canonical_name {
                fields[0] = 1;
                put(fields, 4, string(memory, name)?);
            }
            let addresses = found.addresses();
            let count = addresses.len();
            let mut records = vec![0; bytes_of(count, IP_ADDRESS)?];
            for (address, record) in addresses.zip(records.chunks_exact_mut(IP_ADDRESS)) {
                ip_address(address.into(), record);
            }
            put(fields, 12, list(memory.allocated(8, &records)?, count));
        }
        Answer::Name(name) => {
            case[0] = 4;
            put(fields, 0, string(memory, name)?);
        }
    }
    Ok(())
}

fn ip_address(address: IpAddress, record: &mut [u8]) {
    match address {
        IpAddress::Ipv4(number) => put(record, 8, number.to_le_bytes()),
        IpAddress::Ipv6((upper, lower)) => {
            record[0] = 1;
            put(record, 8, upper.to_le_bytes());
            put(record, 16, lower.to_le_bytes());
        }
    }
}

fn string<G: Guest>(memory: &mut Memory<'_, G>, text: &str) -> Result<[u8; 8], Error<G::Error>> {
    Ok(list(memory.allocated(1, text.as_bytes())?, text.len()))
}

fn strings<G: Guest>(
    memory: &mut Memory<'_, G>,
    texts: &[String],
) -> Result<[u8; 8], Error<G::Error>> {
    let address = memory.allocate(4, bytes_of(texts.len(), 8)?)?;
    let mut records = Vec::with_capacity(texts.len() * 8);
    for text in texts {
        records.extend(string(memory, text)?);
    }
    memory.write(address, &records)?;
    Ok(list(address, texts.len()))
}

/// The bytes of a list or string: its address and its length, which is less than 4 GiB, as its
/// bytes were allocated.
fn list(address: u32, count: usize) -> [u8; 8] {
    let mut bytes = [0; 8];
    put(&mut bytes, 0, address.to_le_bytes());
    put(&mut bytes, 4, (count as u32).to_le_bytes());
    bytes
}

/// The bytes of a list of `count` elements of `size` bytes.
fn bytes_of(count: usize, size: usize) -> Result<usize, Trap> {
    count.checked_mul(size).ok_or(Trap::LongResult)
}

/// Writes a field of a record.
fn put<const N: usize>(record: &mut [u8], offset: usize, field: [u8; N]) {
    record[offset..offset + N].copy_from_slice(&field);
}
