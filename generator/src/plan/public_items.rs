//! Lists the public items of a crate.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::definition::{Codec, Definition, DefinitionKind, Struct};
use super::operation::{Handle, Method, STREAM_ITEMS};
use super::{Crate, Item, ItemKind, RustType, Signature, doc};
use crate::api::Pointer;

impl Crate {
    /// Its public items, sorted as `API.txt` lists them.
    pub fn items(&self) -> Vec<Item> {
        let mut items = Items::default();
        for handle in &self.handles {
            items.item(&Pointer::root(), Some(&handle.features));
            items.add(ItemKind::Fn, &format!("Client::{}", handle.module), Signature::None);
        }
        items.credentials(self);
        items.composites(self);
        items.module = "models";
        for module in &self.modules {
            module.definitions.iter().for_each(|own| items.definition(own, module.areas.as_ref()));
        }
        items.module = "webhooks";
        for own in &self.webhooks {
            items.item(&own.origin, own.areas.as_ref());
            items.add(ItemKind::Type, &own.ident, Signature::Type(own.target.clone()));
        }
        items.module = "operations";
        self.handles.iter().for_each(|handle| items.handle(handle));
        // By their lines, which begin with the path: its characters are all behind the space that follows it.
        items.items.sort_by(|a, b| a.path.cmp(&b.path).then_with(|| a.to_string().cmp(&b.to_string())));
        items.items.shrink_to_fit();
        items.items
    }
}

/// Items while they are listed.
#[derive(Debug, Default)]
struct Items {
    items: Vec<Item>,
    module: &'static str,
    origin: Arc<str>,
    areas: Arc<BTreeSet<String>>,
}

impl Items {
    /// Items that come from the vendor's `at` and belong to `areas` from here on.
    fn item(&mut self, at: &Pointer, areas: Option<&BTreeSet<String>>) {
        let areas = areas.into_iter().flatten().filter(|area| !area.is_empty());
        self.areas = Arc::new(areas.cloned().collect());
        // A name with a control character in it is one line yet.
        self.origin = doc::visible(at.as_str(), &[]).into();
    }

    fn add(&mut self, kind: ItemKind, path: &str, signature: Signature) {
        let path = format!("{}::{path}", self.module);
        let (origin, areas) = (self.origin.clone(), self.areas.clone());
        let signature = match signature {
            Signature::Function(arguments, None) if arguments.is_empty() => Signature::None,
            signature => signature,
        };
        self.items.push(Item { path, kind, signature, returns: None, origin, areas });
    }

    fn credentials(&mut self, of: &Crate) {
        let Some(methods) = &of.credentials else { return };
        self.item(&Pointer::root(), None);
        self.add(ItemKind::Struct, "Credentials", Signature::None);
        for method in methods {
            let arguments = method.arguments.iter().map(|(name, ty)| ((*name).to_owned(), ty.clone()));
            let signature = Signature::Function(arguments.collect(), None);
            self.add(ItemKind::Fn, &format!("Credentials::{}", method.ident), signature);
        }
        for name in ["new", "with", "with_client"] {
            self.add(ItemKind::Fn, &format!("Credentials::{name}"), Signature::None);
        }
    }

    fn composites(&mut self, of: &Crate) {
        self.item(&Pointer::root(), None);
        for own in &of.composites {
            self.add(ItemKind::Struct, &own.ident, Signature::None);
            for (field, _) in &own.fields {
                let signature = Signature::Type(RustType::string());
                self.add(ItemKind::Field, &format!("{}.{field}", own.ident), signature);
            }
            let arguments =
                own.fields.iter().map(|(field, _)| (field.clone(), RustType::string().into_arg()));
            let signature = Signature::Function(arguments.collect(), None);
            self.add(ItemKind::Fn, &format!("{}::new", own.ident), signature);
        }
    }

    fn definition(&mut self, own: &Definition, areas: Option<&BTreeSet<String>>) {
        self.item(&own.origin, areas);
        let name = &own.ident;
        let kind = match &own.kind {
            DefinitionKind::Alias(_) => ItemKind::Type,
            DefinitionKind::Struct(_) | DefinitionKind::Required(_) | DefinitionKind::Tokens { .. } => {
                ItemKind::Struct
            }
            DefinitionKind::Enum(_) | DefinitionKind::Union(_) => ItemKind::Enum,
        };
        let target = match &own.kind {
            DefinitionKind::Alias(target) => Signature::Type(target.clone()),
            _ => Signature::None,
        };
        self.add(kind, name, target);
        match &own.kind {
            // The signature of `new` has the fields of a literal.
            DefinitionKind::Alias(_) | DefinitionKind::Required(_) => {}
            DefinitionKind::Struct(structure) => self.structure(name, structure),
            DefinitionKind::Enum(e) => {
                for (variant, _) in &e.variants {
                    self.add(ItemKind::Variant, &format!("{name}::{variant}"), Signature::None);
                }
            }
            DefinitionKind::Union(union) => {
                for variant in &union.variants {
                    let signature = Signature::Type(variant.ty.clone());
                    self.add(ItemKind::Variant, &format!("{name}::{}", variant.ident), signature);
                }
            }
            DefinitionKind::Tokens { values, .. } => {
                for (_, constant) in values {
                    self.add(ItemKind::Const, &format!("{name}::{constant}"), Signature::None);
                }
            }
        }
    }

    fn structure(&mut self, name: &str, structure: &Struct) {
        for member in &structure.members {
            let signature = Signature::Type(member.ty.clone());
            self.add(ItemKind::Field, &format!("{name}.{}", member.ident), signature);
            let (Some(setter), Some((argument, _))) = (&member.setter, &member.argument) else { continue };
            let signature = Signature::Type(argument.clone());
            self.add(ItemKind::Fn, &format!("{name}::{}", setter.ident), signature);
            if let Some(clear) = &setter.clear {
                self.add(ItemKind::Fn, &format!("{name}::{clear}"), Signature::None);
            }
        }
        let Some(new) = &structure.constructor else { return };
        let required = structure.members.iter().filter(|member| new.required.contains(&member.ident));
        let signature = match (&new.literal, &structure.codec) {
            (Some(literal), _) => {
                let fields = required.map(|member| (member.ident.clone(), member.ty.clone()));
                Signature::Literal(literal.clone(), fields.collect())
            }
            (None, Codec::Resource { .. }) => Signature::Type(RustType::string().into_arg()),
            (None, _) => {
                let arguments = required
                    .filter_map(|member| Some((member.ident.clone(), member.argument.as_ref()?.0.clone())));
                Signature::Function(arguments.collect(), None)
            }
        };
        self.add(ItemKind::Fn, &format!("{name}::new"), signature);
    }

    fn handle(&mut self, handle: &Handle) {
        let Handle { module, ident, .. } = handle;
        self.item(&Pointer::root(), Some(&handle.features));
        self.add(ItemKind::Struct, &format!("{module}::{ident}"), Signature::None);
        handle.methods.iter().for_each(|method| self.method(&format!("{module}::{ident}"), module, method));
    }

    fn method(&mut self, handle: &str, module: &str, method: &Method) {
        self.item(&method.origin, Some(&method.features));
        let arguments = method.arguments.iter().map(|a| (a.ident.clone(), a.ty.clone())).collect();
        let signature = Signature::Function(arguments, Some(method.payload.ty()));
        self.add(ItemKind::Fn, &format!("{handle}::{}", method.ident), signature);
        if let Some(item) = self.items.last_mut() {
            item.returns = Some(method.returned());
        }
        let builder = format!("{module}::{}", method.builder);
        self.add(ItemKind::Type, &builder, Signature::None);
        for option in &method.options {
            let argument = (option.argument.ident.clone(), option.argument.ty.clone());
            let signature = Signature::Function(vec![argument], None);
            self.add(ItemKind::Fn, &format!("{builder}::{}", option.ident), signature);
        }
        if let Some((_, item)) = &method.stream {
            let signature = Signature::Function(Vec::new(), Some(item.clone()));
            self.add(ItemKind::Fn, &format!("{builder}::{STREAM_ITEMS}"), signature);
        }
        if let Some(own) = &method.by_status {
            let path = format!("{module}::{}", own.ident);
            self.add(ItemKind::Enum, &path, Signature::None);
            for variant in &own.variants {
                let signature = Signature::Type(variant.payload.ty());
                self.add(ItemKind::Variant, &format!("{path}::{}", variant.ident), signature);
            }
        }
    }
}
