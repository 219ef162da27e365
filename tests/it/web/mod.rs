//! The doors that the program opens by HTTP.

mod webhook;
