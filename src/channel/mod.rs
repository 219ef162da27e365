//! The ways in and out. Each channel decodes and verifies what comes on the raw bytes, and renders what goes in the manner
//! natural to it.

pub mod sms;
