//! What the macros name of wasmtime.

use std::error::Error;

pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

pub mod component {
    use std::any::Any;
    use std::marker::PhantomData;

    /// An entry of a [`ResourceTable`], by its index.
    pub struct Resource<T>(pub usize, PhantomData<fn() -> T>);

    impl<T> Resource<T> {
        pub fn at(index: usize) -> Resource<T> {
            Resource(index, PhantomData)
        }
    }

    #[derive(Default)]
    pub struct ResourceTable(Vec<Box<dyn Any + Send>>);

    impl ResourceTable {
        pub fn push<T: Send + 'static>(&mut self, entry: T) -> super::Result<Resource<T>> {
            self.0.push(Box::new(entry));
            Ok(Resource::at(self.0.len() - 1))
        }

        pub fn get_mut<T: 'static>(&mut self, resource: &Resource<T>) -> &mut T {
            self.0[resource.0].downcast_mut().unwrap()
        }
    }
}
