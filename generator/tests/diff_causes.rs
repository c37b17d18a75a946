//! Asserts which rows share a cause, their location and their explanation.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use crate::support::diff;
use crate::support::diff::{compare, patched};
use serde_json::{Value, json};
use storewright_generator::diff::{Bump, Change, Diff, Kind, Wire};
use storewright_generator::name::Custom;
use storewright_generator::{plan, render, report};

const AREAS: &str = "[area.lending]\nabout = \"loans\"\ntags = [\"Loans\"]\n\n[area.shelves]\nabout = \"books\"\ntags = [\"Books\"]\n";

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

fn changes(old: &Value, patch: &str) -> Diff {
    let new = patched(old, &yaml(patch));
    let [old, new] = [old, &new].map(|document| {
        diff::tried("shelf", document, Some(AREAS)).unwrap_or_else(|| {
            diff::loaded("shelf", document);
            panic!("the areas are wrong")
        })
    });
    compare(&old, &new)
}

fn row<'d>(diff: &'d Diff, kind: Kind, subject: &str) -> &'d Change {
    let found = diff.changes.iter().find(|c| c.kind == kind && c.subject == subject);
    found.unwrap_or_else(|| panic!("{subject} is not in {:#?}", diff.changes))
}

/// Books know their author, loans do not.
fn plain() -> Value {
    diff::shelf(
        "
paths:
  /books:
    post:
      operationId: books_create
      tags: [Books]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Draft'}}}}
      responses: {'204': {description: ''}}
    put:
      operationId: books_replace
      tags: [Books]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Draft'}}}}
      responses: {'204': {description: ''}}
  /books/first:
    get:
      operationId: books_first
      tags: [Books]
      responses:
        '200': {description: '', content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}
  /loans:
    get:
      operationId: loans_list
      tags: [Loans]
      responses:
        '200': {description: '', content: {application/json: {schema: {$ref: '#/components/schemas/Loan'}}}}
components:
  schemas:
    Author: {type: object, properties: {name: {type: string}, role: {type: string, enum: [LEAD, GUEST]}}}
    Book: {type: object, properties: {author: {$ref: '#/components/schemas/Author'}}}
    Draft: {type: object, properties: {title: {type: string}, pages: {type: integer}}}
    Loan: {type: object, properties: {until: {type: string}}}
",
    )
}

const LENT: &str = "components: {schemas: {Loan: {properties: {to: {$ref: '#/components/schemas/Author'}}}}}";

#[test]
fn a_row_that_leads_to_a_type_says_why_another_feature_brings_it() {
    let found = changes(&plain(), LENT);
    assert_eq!(found.changes.len(), 1, "{:#?}", found.changes);
    assert!(found.summary.rust_only.is_empty(), "{:#?}", found.summary.rust_only);
    assert_eq!((found.bump, found.changes[0].rust), (Bump::Minor, Bump::Minor));

    let back =
        changes(&patched(&plain(), &yaml(LENT)), "components: {schemas: {Loan: {properties: {to: null}}}}");
    assert!(back.summary.rust_only.is_empty(), "{:#?}", back.summary.rust_only);
    let gone = row(&back, Kind::FieldRemoved, "Loan.to");
    let items: Vec<&str> = gone.rust_items.iter().map(String::as_str).collect();
    for item in ["models::Author", "models::Author.name", "models::AuthorRole", "models::Loan.to"] {
        assert!(items.contains(&item), "{item} is not in {items:?}");
    }
    assert!(gone.note.contains("`models::Author` no longer comes with the feature lending"), "{}", gone.note);
}

#[test]
fn a_type_that_nothing_leads_to_gives_nothing_its_name() {
    let unused = "components: {schemas: {Aardvark: {type: object, properties: {role: {type: string, enum: [LEAD, GUEST]}}}}}";
    for found in [
        changes(&plain(), unused),
        changes(&patched(&plain(), &yaml(unused)), "components: {schemas: {Aardvark: null}}"),
    ] {
        assert!(found.changes.is_empty() && found.bump == Bump::None, "{found:#?}");
    }
}

#[test]
fn a_change_reaches_what_leads_to_it_on_both_sides() {
    let found = changes(
        &plain(),
        "
paths: {/books: {put: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Other'}}}}}}}
components:
  schemas:
    Draft: {properties: {pages: null}}
    Other: {type: object, properties: {title: {type: string}, pages: {type: integer}}}
",
    );
    let reach = &row(&found, Kind::FieldRemoved, "Draft.pages").reach;
    assert_eq!((reach.operations, reach.calls.as_slice()), (1, ["POST /books".to_owned()].as_slice()));
    let swapped = row(&found, Kind::BodyTypeChanged, "PUT /books body");
    let text = report::text(&found, false);
    assert!(
        swapped.rust == Bump::Major
            && text.contains("- client.books().replace(request: impl Into<Option<Draft>>)"),
        "{text}"
    );
    assert!(text.contains("+ client.books().replace(request: impl Into<Option<Other>>)"), "{text}");
}

#[test]
fn json_lists_every_reached_operation_and_the_page_the_first_ones() {
    let mut document = plain();
    for number in 1..=7 {
        let mut path = document["paths"]["/books"].clone();
        path.as_object_mut().unwrap().retain(|method, _| method == "get");
        path["get"]["operationId"] = format!("books_list{number}").into();
        document["paths"][format!("/books/{number}")] = path;
    }
    let found = changes(&document, "components: {schemas: {Book: {properties: {title: {type: string}}}}}");
    let json: Value = serde_json::from_str(&report::json(&found).unwrap()).unwrap();
    let reach = &json["changes"][0]["reach"];
    assert_eq!((&reach["operations"], reach["calls"].as_array().unwrap().len()), (&json!(9), 9), "{reach}");
    let html = report::html(&found).unwrap();
    assert_eq!(html.matches("<li><code>GET &#x2f;books").count(), 5, "{html}");
    assert!(html.contains("<li>and 4 more</li>"), "{html}");
}

#[test]
fn what_all_areas_have_stands_in_none_and_is_no_item() {
    let failed = "{responses: {'429': {description: ''}}}";
    let found =
        changes(&plain(), &format!("paths: {{/books: {{get: {failed}}}, /loans: {{get: {failed}}}}}"));
    let declared = row(&found, Kind::ResponseAdded, "* 429");
    assert_eq!((&declared.area, &declared.tag, declared.reach.operations), (&None, &None, 2));
    assert_eq!((&declared.rust_old, &declared.rust_new), (&None, &None));
    let found = changes(&plain(), &format!("paths: {{/books: {{get: {failed}, post: {failed}}}}}"));
    let declared = row(&found, Kind::ResponseAdded, "* 429");
    assert_eq!(declared.area.as_deref(), Some("shelves"));
}

/// A JSON:API resource with a request and the names of its fields.
fn resource() -> Value {
    yaml(
        "
openapi: 3.0.3
info: {title: Shelf, version: '1'}
paths:
  /v1/books:
    get:
      operationId: books_getCollection
      tags: [Books]
      parameters:
        - {name: 'fields[books]', in: query, style: form, explode: false, schema: {type: array, items: {type: string, enum: [title]}}}
      responses:
        '200': {description: '', content: {application/json: {schema: {$ref: '#/components/schemas/BookResponse'}}}}
    post:
      operationId: books_createInstance
      tags: [Books]
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/BookCreateRequest'}}}}
      responses:
        '201': {description: '', content: {application/json: {schema: {$ref: '#/components/schemas/BookResponse'}}}}
components:
  schemas:
    Book:
      type: object
      required: [id, type]
      properties:
        type: {type: string, enum: [books]}
        id: {type: string}
        attributes: {type: object, properties: {title: {type: string}, binding: {type: string, enum: [HARD, SOFT]}}}
    BookResponse:
      type: object
      required: [data, links]
      properties: {data: {$ref: '#/components/schemas/Book'}, links: {$ref: '#/components/schemas/DocumentLinks'}}
    BookCreateRequest:
      type: object
      required: [data]
      properties:
        data:
          type: object
          required: [type, attributes]
          properties:
            type: {type: string, enum: [books]}
            attributes:
              type: object
              required: [title]
              properties: {title: {type: string}, binding: {type: string, enum: [HARD, SOFT]}}
    DocumentLinks: {type: object, required: [self], properties: {self: {type: string}}}
",
    )
}

#[test]
fn what_befalls_a_field_of_a_resource_is_one_cause() {
    let found = changes(
        &resource(),
        "
paths:
  /v1/books:
    get:
      parameters:
        - {name: 'fields[books]', in: query, style: form, explode: false, schema: {type: array, items: {type: string, enum: [pages, title]}}}
components:
  schemas:
    Book: {properties: {attributes: {properties: {pages: {type: integer}, binding: {enum: [HARD, SOFT, NONE]}}}}}
    BookCreateRequest:
      properties:
        data:
          properties:
            attributes: {required: [title, pages], properties: {pages: {type: integer}, binding: {enum: [HARD, SOFT, NONE]}}}
",
    );
    let group =
        |kind, subject: &str| row(&found, kind, subject).group.clone().unwrap_or_else(|| panic!("{subject}"));
    let pages = [
        group(Kind::FieldAdded, "Book.attributes.pages"),
        group(Kind::FieldAdded, "BookCreateRequest.data.attributes.pages"),
        group(Kind::ValueAdded, "GET /v1/books ?fields[books]=pages"),
    ];
    assert_eq!(BTreeSet::from(pages).len(), 1);
    let binding = [
        group(Kind::ValueAdded, "Book.attributes.binding=NONE"),
        group(Kind::ValueAdded, "BookCreateRequest.data.attributes.binding=NONE"),
    ];
    assert_eq!(BTreeSet::from(binding).len(), 1);
    assert_eq!(found.summary.causes, 2, "{:#?}", found.changes);
    // A cause is as grave as its gravest row, and says why.
    assert_eq!(row(&found, Kind::FieldAdded, "BookCreateRequest.data.attributes.pages").wire, Wire::Breaking);
    let text = report::text(&found, false);
    let line = text.lines().position(|line| line.contains("Book.attributes.pages added")).unwrap();
    let lines: Vec<&str> = text.lines().skip(line).take(2).collect();
    assert!(lines[0].trim_start().starts_with("breaking major"), "{lines:#?}");
    assert!(
        lines[0]
            .contains("also in BookCreateRequest.data.attributes.pages and in `fields[…]` of 1 operation"),
        "{lines:#?}"
    );
    assert!(
        lines[1].contains("BookCreateRequest.data.attributes.pages: requests without it are refused"),
        "{lines:#?}"
    );
}

#[test]
fn a_type_in_the_place_of_another_is_as_grave_as_their_differences() {
    let long = "
paths: {/books: {get: {responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Long'}}}}}}}}
components:
  schemas:
    Long: {type: object, properties: {author: {$ref: '#/components/schemas/Author'}, isbn: {type: string}}}
    Author: {properties: {name: null}}
";
    let found = changes(&plain(), long);
    let swapped = row(&found, Kind::ResponseTypeChanged, "GET /books 200");
    assert_eq!((swapped.wire, swapped.rust), (Wire::Safe, Bump::Major), "{}", swapped.note);
    // The change of the author, whom both have, has its own row.
    assert!(swapped.note.contains("they differ in `Long.isbn` field-added;"), "{}", swapped.note);
    assert_eq!(row(&found, Kind::FieldRemoved, "Author.name").wire, Wire::Risky);

    let back = changes(
        &patched(&plain(), &yaml(long)),
        "paths: {/books: {get: {responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}}}}}",
    );
    let swapped = row(&back, Kind::ResponseTypeChanged, "GET /books 200");
    assert_eq!(swapped.wire, Wire::Risky, "{}", swapped.note);
    let found = changes(
        &plain(),
        "paths: {/books: {get: {responses: {'200': {content: {application/json: {schema: {$ref: null, type: array, items: {$ref: '#/components/schemas/Book'}}}}}}}}}",
    );
    assert_eq!(row(&found, Kind::ResponseTypeChanged, "GET /books 200").wire, Wire::Breaking);
}

#[test]
fn what_is_added_takes_nothing_away() {
    let parameter = |values: &str| {
        format!(
            "{{name: sort, in: query, style: form, explode: false, schema: {{type: array, items: {{type: string, enum: [{values}]}}}}}}"
        )
    };
    let old = patched(
        &plain(),
        &yaml(&format!("paths: {{/books: {{get: {{parameters: [{}]}}}}}}", parameter("title, pages"))),
    );
    let found = changes(
        &old,
        &format!(
            "paths: {{/books: {{get: {{parameters: [{0}]}}}}, /books/new: {{get: {{operationId: books_fresh, tags: [Books], parameters: [{0}], responses: {{'204': {{description: ''}}}}}}}}}}",
            parameter("title")
        ),
    );
    assert_eq!(row(&found, Kind::OperationAdded, "GET /books/new").rust, Bump::Minor);
    let gone = row(&found, Kind::ValueRemoved, "GET /books ?sort=pages");
    assert_eq!(
        (gone.rust, gone.rust_items.as_slice()),
        (Bump::Major, ["models::BooksSort::PAGES".to_owned()].as_slice())
    );
}

#[test]
fn values_of_one_enum_are_told_in_one_line() {
    let found = changes(
        &plain(),
        "components: {schemas: {Author: {properties: {role: {enum: [LEAD, GUEST, A, B, C]}}}}}",
    );
    assert_eq!(found.summary.changes, 3);
    let text = report::text(&found, false);
    let ids: Vec<&str> = found.changes.iter().map(|change| change.id.as_str()).collect();
    let line = "Author.role=A added · response · reaches 2 operations · also B, C";
    assert!(text.contains(&format!("{line} [{}]\n", ids.join(", "))), "{text}");
}

#[test]
fn what_a_document_or_a_resource_gains_as_a_whole_is_explained() {
    let found = changes(
        &resource(),
        "
components:
  schemas:
    Author:
      type: object
      required: [id, type]
      properties: {type: {type: string, enum: [authors]}, id: {type: string}}
    BookResponse: {properties: {included: {type: array, items: {oneOf: [{$ref: '#/components/schemas/Author'}]}}}}
",
    );
    let included = row(&found, Kind::FieldAdded, "BookResponse.included");
    assert_eq!((included.rust, included.wire), (Bump::Major, Wire::Safe), "{included:#?}");
    assert!(found.summary.rust_only.is_empty(), "{:#?}", found.summary.rust_only);

    let request = "components: {schemas: {BookCreateRequest: {properties: {data: {required: [type], properties: {attributes: null}}}}}}";
    let found = changes(&patched(&resource(), &yaml(request)), &{
        let full = resource();
        let data = &full["components"]["schemas"]["BookCreateRequest"]["properties"]["data"];
        serde_json::json!({ "components": { "schemas": { "BookCreateRequest": { "properties": { "data": data } } } } })
            .to_string()
    });
    assert!(row(&found, Kind::FieldAdded, "BookCreateRequest.data.attributes").rust == Bump::Major);
    assert!(found.summary.rust_only.is_empty(), "{:#?}", found.summary.rust_only);

    let related = "
components:
  schemas:
    Book:
      properties:
        relationships:
          type: object
          properties:
            author:
              type: object
              properties:
                data:
                  type: object
                  required: [id, type]
                  properties: {type: {type: string, enum: [authors]}, id: {type: string}}
";
    let found = changes(&resource(), related);
    assert_eq!(row(&found, Kind::FieldAdded, "Book.relationships").rust, Bump::Minor);
    assert!(found.summary.rust_only.is_empty(), "{:#?}", found.summary.rust_only);
    let found = changes(
        &patched(&resource(), &yaml(related)),
        "components: {schemas: {Book: {properties: {relationships: null}}}}",
    );
    let gone = row(&found, Kind::FieldRemoved, "Book.relationships");
    assert_eq!(gone.rust, Bump::Major);
    assert!(
        gone.rust_items.contains(&"models::BookRelationships.author".to_owned()),
        "{:?}",
        gone.rust_items
    );
    assert!(found.summary.rust_only.is_empty(), "{:#?}", found.summary.rust_only);
}

/// The tokens of a handle are in one file, which every area with one of them brings.
#[test]
fn a_token_is_there_with_every_area_of_its_file() {
    let areas = AREAS.replace("[\"Loans\"]", "[\"Loans\"]\noperations = [\"books_first\"]");
    let query = |name: &str| {
        format!(
            "{{parameters: [{{name: {name}, in: query, style: form, explode: false, schema: {{type: array, items: {{type: string, enum: [title]}}}}}}]}}"
        )
    };
    let patch =
        format!("paths: {{/books: {{get: {}}}, /books/first: {{get: {}}}}}", query("sort"), query("include"));
    let version = diff::tried("shelf", &patched(&plain(), &yaml(&patch)), Some(&areas)).unwrap();
    let line = version.items.unwrap().into_iter().find(|item| item.path == "models::BooksSort").unwrap();
    assert_eq!(line.to_string(), "models::BooksSort struct | sort lending,shelves");
}

#[test]
fn an_optional_parameter_does_not_change_a_signature() {
    let verbose =
        "paths: {/books: {get: {parameters: [{name: verbose, in: query, schema: {type: boolean}}]}}}";
    let (old, new) = (plain(), patched(&plain(), &yaml(verbose)));
    let signatures = |document: &Value| -> Vec<String> {
        let version = diff::loaded("shelf", document);
        let planned = plan::plan(&version.model, &version.names, &Custom::default());
        let files = render::render(&planned, &render::Options::default()).unwrap();
        let files = files.files;
        let operations = files.into_iter().filter(|file| file.path.starts_with("src/operations/"));
        let text: String = operations.map(|file| file.text).collect();
        text.lines().filter(|line| line.contains("&self")).map(str::to_owned).collect()
    };
    let (before, after) = (signatures(&old), signatures(&new));
    assert!(before.contains(&"    pub fn list(&self) -> List {".to_owned()), "{before:#?}");
    assert_eq!(before, after);

    let diff = changes(&old, verbose);
    let [added] = diff.changes.as_slice() else { panic!("{:#?}", diff.changes) };
    assert_eq!((added.kind, added.rust), (Kind::ParameterAdded, Bump::Minor));
    assert!(diff.summary.rust_only.is_empty(), "{:?}", diff.summary.rust_only);
}

/// One response in the place of two others leaves open which of them was renamed, and so do the types within it.
#[test]
fn a_response_that_became_two_does_not_hide_that_its_content_was_renamed() {
    let get = |ty: &str| {
        json!({ "get": { "responses": { "200": { "description": "", "content": { "application/json": { "schema": {
            "$ref": format!("#/components/schemas/{ty}")
        } } } } } } })
    };
    let object = |members: &[(&str, Value)]| {
        let members: serde_json::Map<String, Value> =
            members.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
        json!({ "type": "object", "properties": members })
    };
    let to = |ty: &str| json!({ "$ref": format!("#/components/schemas/{ty}") });
    let text = json!({ "type": "string" });
    let jar = object(&[("id", text.clone()), ("glass", text.clone())]);
    let lid = object(&[("id", text.clone()), ("thread", text.clone())]);
    let response = |ty: &str| object(&[("data", to(ty)), ("note", text.clone()), ("more", text.clone())]);
    let list = |ty: &str| object(&[("items", json!({ "type": "array", "items": to(ty) }))]);
    let document = |paths: [&str; 2], schemas: Value| {
        json!({
            "openapi": "3.0.3", "info": { "title": "Cellar", "version": "1" },
            "paths": { "/one": get(paths[0]), "/two": get(paths[1]), "/all": get("List"), "/lid": get("Lid") },
            "components": { "schemas": schemas },
        })
    };
    let old = json!({ "Jar": jar, "Lid": lid, "JarResponse": response("Jar"), "List": list("Jar") });
    let new = json!({
        "Pot": jar, "Lid": lid, "List": list("Pot"),
        "PotResponse": response("Pot"), "PotOnlyResponse": response("Lid"),
    });
    let old = diff::loaded("cellar", &document(["JarResponse", "JarResponse"], old));
    let new = diff::loaded("cellar", &document(["PotResponse", "PotOnlyResponse"], new));
    for (found, subject) in [(compare(&old, &new), "Pot"), (compare(&new, &old), "Jar")] {
        row(&found, Kind::TypeRenamed, subject);
    }
}

/// Each schema refers to three others, and all have new names, nested in each other: found in one walk.
#[test]
fn all_schemas_of_a_document_may_be_renamed() {
    const SCHEMAS: usize = 400;
    let document = |prefix: &str| {
        let name = |at: usize| format!("{prefix}{at}");
        let schemas: serde_json::Map<String, Value> = (0..SCHEMAS)
            .map(|at| {
                let to = |step: usize| json!({ "$ref": format!("#/components/schemas/{}", name((at + step) % SCHEMAS)) });
                let mut members = json!({ "id": { "type": "string" }, "one": to(1), "two": to(7), "three": to(31) });
                members[format!("own{at}")] = json!({ "type": "string" });
                (name(at), json!({ "type": "object", "properties": members }))
            })
            .collect();
        let content = json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{}", name(0)) } } });
        json!({
            "openapi": "3.0.3", "info": { "title": "Wide", "version": "1" },
            "paths": { "/a": { "get": { "responses": { "200": { "description": "", "content": content } } } } },
            "components": { "schemas": schemas },
        })
    };
    let found = compare(&diff::nameless("wide", &document("A")), &diff::nameless("wide", &document("B")));
    assert_eq!(diff::counts(&found), [("type-renamed", SCHEMAS)].into());
}

#[test]
fn an_absent_version_and_address_are_named_in_reports() {
    let mut old = plain();
    old["info"]["version"] = json!("");
    let found = changes(&old, "{info: {version: '2'}, servers: [{url: 'https://shelf.example'}]}");
    assert_eq!(row(&found, Kind::ServerChanged, "servers").old, None);
    let text = report::text(&found, false);
    for part in ["shelf (no version) → shelf 2\n", "none → https://shelf.example"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_failure_that_goes_takes_the_types_of_its_body_with_it() {
    let body = "{description: '', content: {application/json: {schema: {type: object, properties: {code: {type: string}, \
                at: {type: object, properties: {line: {type: integer}}}}}}}}";
    let old = patched(
        &plain(),
        &yaml(&format!("{{paths: {{/books: {{get: {{responses: {{'409': {body}}}}}}}}}}}")),
    );
    let found = changes(&old, "{paths: {/books: {get: {responses: {'409': null}}}}}");
    let gone = row(&found, Kind::ResponseRemoved, "GET /books 409");
    assert_eq!((gone.wire, gone.rust), (Wire::Safe, Bump::Major), "{gone:#?}");
    assert_eq!(found.summary.rust_only, []);
}

/// The call of an operation with a parameter of these values.
fn asked(path: &str, values: &str) -> String {
    format!(
        "{path}: {{get: {{parameters: [{{name: include, in: query, style: form, explode: false, schema: {{type: array, items: {{type: string, enum: [{values}]}}}}}}]}}}}"
    )
}

#[test]
fn a_setter_whose_type_changes_belongs_to_the_value_that_changed_it() {
    let paths = |list: &str, first: &str| {
        format!("paths: {{{}, {}}}", asked("/books", list), asked("/books/first", first))
    };
    let old = patched(&plain(), &yaml(&paths("author", "author")));
    let found = changes(&old, &paths("author, pages", "author"));
    let list = row(&found, Kind::ValueAdded, "GET /books ?include=pages");
    let all: Vec<String> = found.summary.rust_only.iter().map(|item| format!("{item:?}")).collect();
    assert!(all.is_empty(), "{all:#?} {list:#?}");
    assert!(list.rust == Bump::Major && !list.note.contains("nothing stops compiling"), "{list:#?}");
}

#[test]
fn an_item_whose_type_goes_belongs_to_the_row_of_that_type() {
    let found = changes(
        &plain(),
        "
components:
  schemas:
    Role: {type: string, enum: [LEAD, GUEST, BOSS]}
    Author: {properties: {role: {$ref: '#/components/schemas/Role', type: null, enum: null}}}
",
    );
    let added = row(&found, Kind::ValueAdded, "Role=BOSS");
    let all: Vec<String> = found.summary.rust_only.iter().map(|item| format!("{item:?}")).collect();
    assert!(all.is_empty(), "{all:#?} {added:#?}");
    assert!(added.rust == Bump::Major && !added.note.contains("nothing stops compiling"), "{added:#?}");
}

/// A document includes resources of one type, then of two.
#[test]
fn a_second_type_of_included_resources_is_a_new_variant() {
    let of = |name: &str| {
        format!(
            "{{type: object, required: [id, type], properties: {{type: {{type: string, enum: [{name}]}}, id: {{type: string}}}}}}"
        )
    };
    let response = |name: &str, items: &str| {
        format!(
            "{name}: {{type: object, required: [data, links], properties: {{data: {{$ref: '#/components/schemas/Book'}}, links: {{$ref: '#/components/schemas/DocumentLinks'}}, included: {{type: array, items: {items}}}}}}}"
        )
    };
    let schemas = |items: &str| {
        format!(
            "
paths: {{/v1/books: {{post: {{responses: {{'201': {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/BookDraftResponse'}}}}}}}}}}}}}}}}
components: {{schemas: {{Author: {}, Publisher: {}, {}, {}}}}}",
            of("authors"),
            of("publishers"),
            response("BookResponse", items),
            response("BookDraftResponse", items),
        )
    };
    let one = patched(&resource(), &yaml(&schemas("{$ref: '#/components/schemas/Author'}")));
    let two = schemas(
        "{$ref: null, oneOf: [{$ref: '#/components/schemas/Author'}, {$ref: '#/components/schemas/Publisher'}], discriminator: {propertyName: type, mapping: {authors: '#/components/schemas/Author', publishers: '#/components/schemas/Publisher'}}}",
    );
    let found = changes(&one, &two);
    for subject in ["BookResponse.included[]", "BookDraftResponse.included[]"] {
        let added = row(&found, Kind::VariantAdded, &format!("{subject}|Publisher"));
        assert_eq!((added.wire, added.rust), (Wire::Risky, Bump::Minor), "{added:#?}");
    }
    let old = patched(&one, &yaml(&two));
    let one = schemas("{$ref: '#/components/schemas/Author', oneOf: null, discriminator: null}");
    let back = changes(&old, &one);
    let gone = row(&back, Kind::VariantRemoved, "BookResponse.included[]|Publisher");
    assert_eq!((gone.wire, gone.rust), (Wire::Safe, Bump::Major), "{gone:#?}");
}

#[test]
fn a_type_of_one_name_with_another_form_is_shown_by_its_forms() {
    let found = changes(
        &plain(),
        "components: {schemas: {Author: {type: null, properties: null, oneOf: [{type: string}, {type: integer}]}}}",
    );
    let changed = row(&found, Kind::FieldTypeChanged, "Author");
    let shown = (changed.old.as_deref(), changed.new.as_deref());
    assert_eq!(shown, (Some("object"), Some("one of 2 types")), "{changed:#?}");
}
