//! Rows of sales reports: columns by name go in; the values of a summary come out.
//!
//! {{ mark }}; edits are lost.

use storewright_runtime::Row;

/// A row of a sales report of the type `SALES`, summary. A column that a report has not is empty; amounts of money keep
/// their text, because not every decimal number is a binary one.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs)] // each is the name of its column
pub struct SalesSummary {
    pub provider: String,
    pub provider_country: String,
    pub sku: String,
    pub developer: String,
    pub title: String,
    pub version: String,
    pub product_type_identifier: String,
    /// Negative for refunds.
    pub units: Option<f64>,
    /// Of one unit.
    pub developer_proceeds: String,
    /// As `MM/DD/YYYY`.
    pub begin_date: String,
    /// As `MM/DD/YYYY`.
    pub end_date: String,
    pub customer_currency: String,
    pub country_code: String,
    pub currency_of_proceeds: String,
    pub apple_identifier: String,
    /// Of one unit.
    pub customer_price: String,
    pub promo_code: String,
    pub parent_identifier: String,
    pub subscription: String,
    pub period: String,
    pub category: String,
    pub cmb: String,
    pub device: String,
    pub supported_platforms: String,
    pub proceeds_reason: String,
    pub preserved_pricing: String,
    pub client: String,
    pub order_type: String,
}

impl From<&Row> for SalesSummary {
    fn from(row: &Row) -> Self {
        let text = |name: &str| row.get(name).unwrap_or_default().trim().to_owned();
        SalesSummary {
            provider: text("Provider"),
            provider_country: text("Provider Country"),
            sku: text("SKU"),
            developer: text("Developer"),
            title: text("Title"),
            version: text("Version"),
            product_type_identifier: text("Product Type Identifier"),
            units: row.parse("Units"),
            developer_proceeds: text("Developer Proceeds"),
            begin_date: text("Begin Date"),
            end_date: text("End Date"),
            customer_currency: text("Customer Currency"),
            country_code: text("Country Code"),
            currency_of_proceeds: text("Currency of Proceeds"),
            apple_identifier: text("Apple Identifier"),
            customer_price: text("Customer Price"),
            promo_code: text("Promo Code"),
            parent_identifier: text("Parent Identifier"),
            subscription: text("Subscription"),
            period: text("Period"),
            category: text("Category"),
            cmb: text("CMB"),
            device: text("Device"),
            supported_platforms: text("Supported Platforms"),
            proceeds_reason: text("Proceeds Reason"),
            preserved_pricing: text("Preserved Pricing"),
            client: text("Client"),
            order_type: text("Order Type"),
        }
    }
}
