use std::collections::BTreeMap;

use async_trait::async_trait;
use herald_domain::{Category, Channel, Locale};
use herald_ports::{StoreError, Template, TemplateStore};

use crate::MemoryStore;

/// The templates, by what they are for.
#[derive(Debug, Default)]
pub(crate) struct Templates {
    all: BTreeMap<(Channel, Option<Category>, Option<Locale>), Template>,
    last: i64,
}

impl Templates {
    fn put(&mut self, mut template: Template) -> Template {
        let place = (template.channel, template.category.clone(), template.locale.clone());
        template.id = match self.all.get(&place) {
            Some(before) => before.id,
            None => {
                self.last += 1;
                self.last
            }
        };
        self.all.insert(place, template.clone());
        template
    }

    fn remove(&mut self, id: i64) -> bool {
        let before = self.all.len();
        self.all.retain(|_, template| template.id != id);
        self.all.len() < before
    }
}

#[async_trait]
impl TemplateStore for MemoryStore {
    async fn templates(&self) -> Result<Vec<Template>, StoreError> {
        Ok(self.state()?.templates.all.values().cloned().collect())
    }

    async fn put_template(&self, template: Template) -> Result<Template, StoreError> {
        Ok(self.state()?.templates.put(template))
    }

    async fn remove_template(&self, id: i64) -> Result<bool, StoreError> {
        Ok(self.state()?.templates.remove(id))
    }
}
