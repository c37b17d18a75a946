// {{ mark }}; edits are lost.
//! The columns of sales and finance reports: one table, of which the types of their rows are made.
//!
//! Each type says where its columns are from. Pages are of App Store Connect Help, "Reference", "Reporting", unless said
//! otherwise.

use std::collections::BTreeMap;

use storewright_runtime::{Date, Row};

/// A value of a row, read from its cell without the spaces around it.
trait Cell {
    /// Reads a cell; an empty one if the report has no such column.
    fn read(text: &str) -> Self;
}

impl Cell for String {
    fn read(text: &str) -> Self {
        text.to_owned()
    }
}

impl Cell for Option<f64> {
    fn read(text: &str) -> Self {
        text.parse().ok()
    }
}

impl Cell for Option<i64> {
    fn read(text: &str) -> Self {
        // Some columns are decimal numbers in one report and whole ones in another.
        let whole = text.split_once('.').filter(|(_, rest)| rest.bytes().all(|digit| digit == b'0'));
        whole.map_or(text, |(whole, _)| whole).parse().ok()
    }
}

impl Cell for Option<Date> {
    fn read(text: &str) -> Self {
        let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
        let parts: Vec<&str> = text.split('/').collect();
        match parts.as_slice() {
            [""] => None,
            // Finance and pre-order reports write days the American way, the others as ISO 8601.
            [month, day, year] if parts.iter().all(is_number) => {
                Some(Date::from(format!("{year}-{month:0>2}-{day:0>2}")))
            }
            _ => Some(Date::from(text)),
        }
    }
}

/// Makes the types of rows. `NAMES` are the names of the columns of each.
macro_rules! rows {
    ($(
        $(#[$meta:meta])*
        $name:ident { $($(#[$doc:meta])* $field:ident: $type:ty = $($column:literal)|+,)* }
    )*) => {
        $(
            $(#[$meta])*
            ///
            /// Columns are found by their names, in any order. A text is empty if the report has no such column; `Row::get`
            /// says whether it has. Amounts of money keep their text, because not every decimal number is a binary one.
            #[derive(Debug, Clone, Default, PartialEq)]
            #[non_exhaustive]
            #[allow(missing_docs)] // each is the name of its column
            pub struct $name {
                $($(#[$doc])* pub $field: $type,)*
                /// The columns that this type has no field for, by name.
                pub additional: BTreeMap<String, String>,
            }

            impl From<&Row> for $name {
                fn from(row: &Row) -> Self {
                    const NAMES: &[&str] = &[$($($column),+),*];
                    $name {
                        $($field: Cell::read(row.find(&[$($column),+]).unwrap_or_default().trim()),)*
                        additional: row.others(NAMES).map(|(name, value)| (name.into(), value.into())).collect(),
                    }
                }
            }
        )*
        /// The names of the columns of each report.
        pub(super) const COLUMNS: &[&[&str]] = &[$(&[$($($column),+),*]),*];
    };
}

rows! {
    // Summary Sales Report.
    /// A row of the sales report `SALES`, sub-type `SUMMARY`.
    SalesSummary {
        provider: String = "Provider",
        provider_country: String = "Provider Country",
        sku: String = "SKU",
        developer: String = "Developer",
        title: String = "Title",
        version: String = "Version",
        product_type_identifier: String = "Product Type Identifier",
        /// Negative for refunds.
        units: Option<f64> = "Units",
        /// Of one unit.
        developer_proceeds: String = "Developer Proceeds",
        /// As `MM/DD/YYYY`.
        begin_date: String = "Begin Date",
        /// As `MM/DD/YYYY`.
        end_date: String = "End Date",
        customer_currency: String = "Customer Currency",
        country_code: String = "Country Code",
        currency_of_proceeds: String = "Currency of Proceeds",
        apple_identifier: String = "Apple Identifier",
        /// Of one unit.
        customer_price: String = "Customer Price",
        promo_code: String = "Promo Code",
        parent_identifier: String = "Parent Identifier",
        subscription: String = "Subscription",
        period: String = "Period",
        category: String = "Category",
        cmb: String = "CMB",
        device: String = "Device",
        supported_platforms: String = "Supported Platforms",
        proceeds_reason: String = "Proceeds Reason",
        preserved_pricing: String = "Preserved Pricing",
        client: String = "Client",
        order_type: String = "Order Type",
    }

    // Subscription Report, version 1_3; "Promotional Offer Name" is of older ones.
    /// A row of the sales report `SUBSCRIPTION`, sub-type `SUMMARY`: active subscriptions at the end of a day.
    SubscriptionRow {
        app_name: String = "App Name",
        app_apple_id: String = "App Apple ID",
        subscription_name: String = "Subscription Name",
        subscription_apple_id: String = "Subscription Apple ID",
        subscription_group_id: String = "Subscription Group ID",
        /// Such as `1 Month`.
        standard_subscription_duration: String = "Standard Subscription Duration",
        subscription_offer_name: String = "Subscription Offer Name" | "Promotional Offer Name",
        promotional_offer_id: String = "Promotional Offer ID",
        customer_price: String = "Customer Price",
        customer_currency: String = "Customer Currency",
        developer_proceeds: String = "Developer Proceeds",
        proceeds_currency: String = "Proceeds Currency",
        preserved_pricing: String = "Preserved Pricing",
        proceeds_reason: String = "Proceeds Reason",
        client: String = "Client",
        device: String = "Device",
        state: String = "State",
        country: String = "Country",
        active_standard_price_subscriptions: Option<i64> = "Active Standard Price Subscriptions",
        active_free_trial_introductory_offer_subscriptions: Option<i64> = "Active Free Trial Introductory Offer Subscriptions",
        active_pay_up_front_introductory_offer_subscriptions: Option<i64> = "Active Pay Up Front Introductory Offer Subscriptions",
        active_pay_as_you_go_introductory_offer_subscriptions: Option<i64> = "Active Pay As You Go Introductory Offer Subscriptions",
        free_trial_promotional_offer_subscriptions: Option<i64> = "Free Trial Promotional Offer Subscriptions",
        pay_up_front_promotional_offer_subscriptions: Option<i64> = "Pay Up Front Promotional Offer Subscriptions",
        pay_as_you_go_promotional_offer_subscriptions: Option<i64> = "Pay As You Go Promotional Offer Subscriptions",
        free_trial_offer_code_subscriptions: Option<i64> = "Free Trial Offer Code Subscriptions",
        pay_up_front_offer_code_subscriptions: Option<i64> = "Pay Up Front Offer Code Subscriptions",
        pay_as_you_go_offer_code_subscriptions: Option<i64> = "Pay As You Go Offer Code Subscriptions",
        marketing_opt_ins: Option<i64> = "Marketing Opt-Ins",
        billing_retry: Option<i64> = "Billing Retry",
        grace_period: Option<i64> = "Grace Period",
        subscribers: Option<i64> = "Subscribers",
        free_trial_win_back_offers: Option<i64> = "Free Trial Win-Back Offers",
        pay_up_front_win_back_offers: Option<i64> = "Pay Up Front Win-Back Offers",
        pay_as_you_go_win_back_offers: Option<i64> = "Pay As You Go Win-Back Offers",
    }

    // Subscription Event Report, version 1_3; "Promotional Offer Name" is of older ones.
    /// A row of the sales report `SUBSCRIPTION_EVENT`, sub-type `SUMMARY`: events of a day that are alike.
    SubscriptionEventRow {
        event_date: Option<Date> = "Event Date",
        event: String = "Event",
        app_name: String = "App Name",
        app_apple_id: String = "App Apple ID",
        subscription_name: String = "Subscription Name",
        subscription_apple_id: String = "Subscription Apple ID",
        subscription_group_id: String = "Subscription Group ID",
        /// Such as `1 Month`.
        standard_subscription_duration: String = "Standard Subscription Duration",
        subscription_offer_type: String = "Subscription Offer Type",
        subscription_offer_duration: String = "Subscription Offer Duration",
        marketing_opt_in: String = "Marketing Opt-In",
        marketing_opt_in_duration: String = "Marketing Opt-In Duration",
        preserved_pricing: String = "Preserved Pricing",
        proceeds_reason: String = "Proceeds Reason",
        subscription_offer_name: String = "Subscription Offer Name" | "Promotional Offer Name",
        promotional_offer_id: String = "Promotional Offer ID",
        consecutive_paid_periods: Option<i64> = "Consecutive Paid Periods",
        original_start_date: Option<Date> = "Original Start Date",
        device: String = "Device",
        client: String = "Client",
        state: String = "State",
        country: String = "Country",
        previous_subscription_name: String = "Previous Subscription Name",
        previous_subscription_apple_id: String = "Previous Subscription Apple ID",
        days_before_canceling: Option<i64> = "Days Before Canceling",
        cancellation_reason: String = "Cancellation Reason",
        days_canceled: Option<i64> = "Days Canceled",
        quantity: Option<i64> = "Quantity",
        paid_service_days_recovered: Option<i64> = "Paid Service Days Recovered",
    }

    // Subscriber Report, version 1_3; "Promotional Offer Name" is of older ones.
    /// A row of the sales report `SUBSCRIBER`, sub-type `DETAILED`: a transaction of a subscriber.
    SubscriberRow {
        event_date: Option<Date> = "Event Date",
        app_name: String = "App Name",
        app_apple_id: String = "App Apple ID",
        subscription_name: String = "Subscription Name",
        subscription_apple_id: String = "Subscription Apple ID",
        subscription_group_id: String = "Subscription Group ID",
        /// Such as `1 Month`.
        standard_subscription_duration: String = "Standard Subscription Duration",
        subscription_offer_name: String = "Subscription Offer Name" | "Promotional Offer Name",
        promotional_offer_id: String = "Promotional Offer ID",
        subscription_offer_type: String = "Subscription Offer Type",
        subscription_offer_duration: String = "Subscription Offer Duration",
        marketing_opt_in_duration: String = "Marketing Opt-In Duration",
        /// Negative for refunds.
        customer_price: String = "Customer Price",
        customer_currency: String = "Customer Currency",
        developer_proceeds: String = "Developer Proceeds",
        proceeds_currency: String = "Proceeds Currency",
        preserved_pricing: String = "Preserved Pricing",
        proceeds_reason: String = "Proceeds Reason",
        client: String = "Client",
        device: String = "Device",
        country: String = "Country",
        /// At random, for a customer and a developer.
        subscriber_id: String = "Subscriber ID",
        /// `Yes`, or empty.
        subscriber_id_reset: String = "Subscriber ID Reset",
        /// `Yes`, or empty.
        refund: String = "Refund",
        /// Of the refunded purchase.
        purchase_date: Option<Date> = "Purchase Date",
        units: Option<i64> = "Units",
    }

    // Subscription Offer Redemption Report, version 1_0.
    /// A row of the sales report `SUBSCRIPTION_OFFER_CODE_REDEMPTION`, sub-type `SUMMARY`.
    OfferCodeRedemptionRow {
        date: Option<Date> = "Date",
        app_name: String = "App Name",
        app_apple_id: String = "App Apple ID",
        subscription_name: String = "Subscription Name",
        subscription_apple_id: String = "Subscription Apple ID",
        offer_reference_name: String = "Offer Reference Name",
        /// Empty for one-time codes.
        offer_code: String = "Offer Code",
        territory: String = "Territory",
        redemptions: Option<i64> = "Redemptions",
    }

    // Win-back eligibility report.
    /// A row of the sales report `WIN_BACK_ELIGIBILITY`, sub-type `SUMMARY`: subscriptions that ended.
    WinBackEligibilityRow {
        app_name: String = "App Name",
        app_apple_id: String = "App Apple ID",
        subscription_name: String = "Subscription Name",
        subscription_apple_id: String = "Subscription Apple ID",
        subscription_group_id: String = "Subscription Group ID",
        /// Such as `1 Month`.
        standard_subscription_duration: String = "Standard Subscription Duration",
        /// In months.
        paid_subscription_tenure: Option<i64> = "Paid Subscription Tenure",
        /// In months.
        time_since_last_subscribed: Option<i64> = "Time Since Last Subscribed",
        /// `Yes`, or empty.
        has_previously_redeemed_win_back_offer: String = "Has Previously Redeemed Win-Back Offer",
        /// In months.
        time_since_last_win_back_offer: Option<i64> = "Time Since Last Win-Back Offer",
        territory: String = "Territory",
        churned_subscription_count: Option<i64> = "Churned Subscription Count",
    }

    // Pre-Order Report.
    /// A row of the sales report `PRE_ORDER`, sub-type `SUMMARY`.
    PreOrderRow {
        provider: String = "Provider",
        provider_country: String = "Provider Country",
        sku: String = "SKU",
        developer: String = "Developer",
        title: String = "Title",
        pre_order_start_date: Option<Date> = "Pre-Order Start Date",
        pre_order_end_date: Option<Date> = "Pre-Order End Date",
        ordered: Option<f64> = "Ordered",
        canceled: Option<f64> = "Canceled",
        cumulative_ordered: Option<f64> = "Cumulative Ordered",
        cumulative_canceled: Option<f64> = "Cumulative Canceled",
        /// Of the report.
        start_date: Option<Date> = "Start Date",
        /// Of the report.
        end_date: Option<Date> = "End Date",
        country_code: String = "Country Code",
        apple_identifier: String = "Apple Identifier",
        device: String = "Device",
        supported_platforms: String = "Supported Platforms",
        category: String = "Category",
        client: String = "Client",
    }

    // Magazines & Newspapers report, as two public clients read it: the page itself was not at hand.
    /// A row of the sales report `NEWSSTAND`, sub-type `DETAILED`.
    NewsstandRow {
        provider: String = "Provider",
        provider_country: String = "Provider Country",
        sku: String = "SKU",
        developer: String = "Developer",
        title: String = "Title",
        version: String = "Version",
        product_type_identifier: String = "Product Type Identifier",
        /// Negative for refunds.
        units: Option<f64> = "Units",
        /// Of one unit.
        developer_proceeds: String = "Developer Proceeds",
        customer_currency: String = "Customer Currency",
        country_code: String = "Country Code",
        currency_of_proceeds: String = "Currency of Proceeds",
        apple_identifier: String = "Apple Identifier",
        /// Of one unit.
        customer_price: String = "Customer Price",
        promo_code: String = "Promo Code",
        parent_identifier: String = "Parent Identifier",
        subscription: String = "Subscription",
        period: String = "Period",
        download_date_pst: Option<Date> = "Download Date (PST)",
        customer_identifier: String = "Customer Identifier",
        report_date_local: Option<Date> = "Report Date (Local)",
        sales_return: String = "Sales/Return",
        category: String = "Category",
    }

    // As a public client reads it; Apple has no page of its columns.
    /// A row of the sales report `INSTALLS`, sub-type `SUMMARY`, version 1_2: first annual installs in the EU.
    #[deprecated(note = "Apple ended this report with version 4.6 of the API.")]
    InstallsRow {
        developer: String = "Developer",
        app_id: String = "App ID",
        app_name: String = "App Name",
        installs_above_threshold: Option<i64> = "Installs Above Threshold",
        first_annual_installs: Option<i64> = "First Annual Installs",
    }

    // Financial report fields; "Sale or Return" is the page's name of a column that files call "Sales or Return".
    /// A row of the finance report `FINANCIAL`: sales of a product in a country at a price, in a month of Apple's fiscal year.
    FinancialRow {
        start_date: Option<Date> = "Start Date",
        end_date: Option<Date> = "End Date",
        upc: String = "UPC",
        isrc_isbn: String = "ISRC/ISBN",
        vendor_identifier: String = "Vendor Identifier",
        /// Negative for returns.
        quantity: Option<i64> = "Quantity",
        /// Of one unit.
        partner_share: String = "Partner Share",
        /// Of all units.
        extended_partner_share: String = "Extended Partner Share",
        partner_share_currency: String = "Partner Share Currency",
        /// `S` or `R`.
        sales_or_return: String = "Sales or Return" | "Sale or Return",
        apple_identifier: String = "Apple Identifier",
        artist_show_developer_author: String = "Artist/Show/Developer/Author",
        title: String = "Title",
        label_studio_network_developer_publisher: String = "Label/Studio/Network/Developer/Publisher",
        grid: String = "Grid",
        product_type_identifier: String = "Product Type Identifier",
        isan_other_identifier: String = "ISAN/Other Identifier",
        country_of_sale: String = "Country Of Sale",
        pre_order_flag: String = "Pre-order Flag",
        promo_code: String = "Promo Code",
        /// Of one unit.
        customer_price: String = "Customer Price",
        customer_currency: String = "Customer Currency",
    }

    // As two public clients read the file "All Countries or Regions (Detailed)".
    /// A row of the finance report `FINANCE_DETAIL`: transactions of a day that are alike.
    FinanceDetailRow {
        transaction_date: Option<Date> = "Transaction Date",
        settlement_date: Option<Date> = "Settlement Date",
        apple_identifier: String = "Apple Identifier",
        sku: String = "SKU",
        title: String = "Title",
        developer_name: String = "Developer Name",
        product_type_identifier: String = "Product Type Identifier",
        country_of_sale: String = "Country Of Sale",
        /// Negative for returns.
        quantity: Option<i64> = "Quantity",
        /// Of one unit.
        partner_share: String = "Partner Share",
        /// Of all units.
        extended_partner_share: String = "Extended Partner Share",
        partner_share_currency: String = "Partner Share Currency",
        /// Of one unit.
        customer_price: String = "Customer Price",
        customer_currency: String = "Customer Currency",
        /// `S` or `R`.
        sale_or_return: String = "Sale or Return" | "Sales or Return",
        promo_code: String = "Promo Code",
        order_type: String = "Order Type",
        region: String = "Region",
    }

    // As two public clients read it.
    /// A row of the second table of a finance report (`Rows::summary`): the sum of a country and currency.
    FinanceSummaryRow {
        country_of_sale: String = "Country Of Sale",
        partner_share_currency: String = "Partner Share Currency",
        quantity: Option<i64> = "Quantity",
        extended_partner_share: String = "Extended Partner Share",
    }
}
