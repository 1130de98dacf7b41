//! Lookups as futures, alone and beside the requests of the same guest's session.

mod both_faces;
mod diary;
mod ends;
mod kept;
mod limits;
mod observed;
mod outcomes;
mod stress;
#[path = "../support/mod.rs"]
mod support;
mod wakers;
