/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Countries: ISO 3166-1 codes in their three forms, and continents.
 *
 * Codes and names: Debian's package iso-codes 4.15.0, iso_3166-1.json (its common name where it gives one).
 * Withdrawn codes that address data still carries, from iso_3166-3.json of the same package: AN (530), which
 * became BQ, CW and SX, and CS (891, Serbia and Montenegro), which became ME and RS.
 * Kosovo has no ISO code. XK and 983 are user-assigned, as in Unicode's CLDR; XKX is as in GeoNames.
 * Continents: as GeoNames assigns them (countryInfo.txt). Where opinions differ: Russia and Cyprus are EU;
 * Turkey, Georgia, Armenia, Azerbaijan and Kazakhstan AS; Central America and the Caribbean NA; Egypt AF;
 * Timor-Leste OC.
 *
 * EU and AP are regions that some address data carries, not countries: they are not found here, and readers
 * of sources take them as location unknown.
 */
#include "user/core/iso3166.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define GX_CODE_OCTETS	3	/* longest code: alpha-3, three digits */

static const struct gx_country countries[] = {
	{ 4, "AF", "AFG", "AS", "Afghanistan" },
	{ 8, "AL", "ALB", "EU", "Albania" },
	{ 10, "AQ", "ATA", "AN", "Antarctica" },
	{ 12, "DZ", "DZA", "AF", "Algeria" },
	{ 16, "AS", "ASM", "OC", "American Samoa" },
	{ 20, "AD", "AND", "EU", "Andorra" },
	{ 24, "AO", "AGO", "AF", "Angola" },
	{ 28, "AG", "ATG", "NA", "Antigua and Barbuda" },
	{ 31, "AZ", "AZE", "AS", "Azerbaijan" },
	{ 32, "AR", "ARG", "SA", "Argentina" },
	{ 36, "AU", "AUS", "OC", "Australia" },
	{ 40, "AT", "AUT", "EU", "Austria" },
	{ 44, "BS", "BHS", "NA", "Bahamas" },
	{ 48, "BH", "BHR", "AS", "Bahrain" },
	{ 50, "BD", "BGD", "AS", "Bangladesh" },
	{ 51, "AM", "ARM", "AS", "Armenia" },
	{ 52, "BB", "BRB", "NA", "Barbados" },
	{ 56, "BE", "BEL", "EU", "Belgium" },
	{ 60, "BM", "BMU", "NA", "Bermuda" },
	{ 64, "BT", "BTN", "AS", "Bhutan" },
	{ 68, "BO", "BOL", "SA", "Bolivia" },
	{ 70, "BA", "BIH", "EU", "Bosnia and Herzegovina" },
	{ 72, "BW", "BWA", "AF", "Botswana" },
	{ 74, "BV", "BVT", "AN", "Bouvet Island" },
	{ 76, "BR", "BRA", "SA", "Brazil" },
	{ 84, "BZ", "BLZ", "NA", "Belize" },
	{ 86, "IO", "IOT", "AS", "British Indian Ocean Territory" },
	{ 90, "SB", "SLB", "OC", "Solomon Islands" },
	{ 92, "VG", "VGB", "NA", "Virgin Islands, British" },
	{ 96, "BN", "BRN", "AS", "Brunei Darussalam" },
	{ 100, "BG", "BGR", "EU", "Bulgaria" },
	{ 104, "MM", "MMR", "AS", "Myanmar" },
	{ 108, "BI", "BDI", "AF", "Burundi" },
	{ 112, "BY", "BLR", "EU", "Belarus" },
	{ 116, "KH", "KHM", "AS", "Cambodia" },
	{ 120, "CM", "CMR", "AF", "Cameroon" },
	{ 124, "CA", "CAN", "NA", "Canada" },
	{ 132, "CV", "CPV", "AF", "Cabo Verde" },
	{ 136, "KY", "CYM", "NA", "Cayman Islands" },
	{ 140, "CF", "CAF", "AF", "Central African Republic" },
	{ 144, "LK", "LKA", "AS", "Sri Lanka" },
	{ 148, "TD", "TCD", "AF", "Chad" },
	{ 152, "CL", "CHL", "SA", "Chile" },
	{ 156, "CN", "CHN", "AS", "China" },
	{ 158, "TW", "TWN", "AS", "Taiwan" },
	{ 162, "CX", "CXR", "AS", "Christmas Island" },
	{ 166, "CC", "CCK", "AS", "Cocos (Keeling) Islands" },
	{ 170, "CO", "COL", "SA", "Colombia" },
	{ 174, "KM", "COM", "AF", "Comoros" },
	{ 175, "YT", "MYT", "AF", "Mayotte" },
	{ 178, "CG", "COG", "AF", "Congo" },
	{ 180, "CD", "COD", "AF", "Congo, The Democratic Republic of the" },
	{ 184, "CK", "COK", "OC", "Cook Islands" },
	{ 188, "CR", "CRI", "NA", "Costa Rica" },
	{ 191, "HR", "HRV", "EU", "Croatia" },
	{ 192, "CU", "CUB", "NA", "Cuba" },
	{ 196, "CY", "CYP", "EU", "Cyprus" },
	{ 203, "CZ", "CZE", "EU", "Czechia" },
	{ 204, "BJ", "BEN", "AF", "Benin" },
	{ 208, "DK", "DNK", "EU", "Denmark" },
	{ 212, "DM", "DMA", "NA", "Dominica" },
	{ 214, "DO", "DOM", "NA", "Dominican Republic" },
	{ 218, "EC", "ECU", "SA", "Ecuador" },
	{ 222, "SV", "SLV", "NA", "El Salvador" },
	{ 226, "GQ", "GNQ", "AF", "Equatorial Guinea" },
	{ 231, "ET", "ETH", "AF", "Ethiopia" },
	{ 232, "ER", "ERI", "AF", "Eritrea" },
	{ 233, "EE", "EST", "EU", "Estonia" },
	{ 234, "FO", "FRO", "EU", "Faroe Islands" },
	{ 238, "FK", "FLK", "SA", "Falkland Islands (Malvinas)" },
	{ 239, "GS", "SGS", "AN", "South Georgia and the South Sandwich Islands" },
	{ 242, "FJ", "FJI", "OC", "Fiji" },
	{ 246, "FI", "FIN", "EU", "Finland" },
	{ 248, "AX", "ALA", "EU", "Åland Islands" },
	{ 250, "FR", "FRA", "EU", "France" },
	{ 254, "GF", "GUF", "SA", "French Guiana" },
	{ 258, "PF", "PYF", "OC", "French Polynesia" },
	{ 260, "TF", "ATF", "AN", "French Southern Territories" },
	{ 262, "DJ", "DJI", "AF", "Djibouti" },
	{ 266, "GA", "GAB", "AF", "Gabon" },
	{ 268, "GE", "GEO", "AS", "Georgia" },
	{ 270, "GM", "GMB", "AF", "Gambia" },
	{ 275, "PS", "PSE", "AS", "Palestine, State of" },
	{ 276, "DE", "DEU", "EU", "Germany" },
	{ 288, "GH", "GHA", "AF", "Ghana" },
	{ 292, "GI", "GIB", "EU", "Gibraltar" },
	{ 296, "KI", "KIR", "OC", "Kiribati" },
	{ 300, "GR", "GRC", "EU", "Greece" },
	{ 304, "GL", "GRL", "NA", "Greenland" },
	{ 308, "GD", "GRD", "NA", "Grenada" },
	{ 312, "GP", "GLP", "NA", "Guadeloupe" },
	{ 316, "GU", "GUM", "OC", "Guam" },
	{ 320, "GT", "GTM", "NA", "Guatemala" },
	{ 324, "GN", "GIN", "AF", "Guinea" },
	{ 328, "GY", "GUY", "SA", "Guyana" },
	{ 332, "HT", "HTI", "NA", "Haiti" },
	{ 334, "HM", "HMD", "AN", "Heard Island and McDonald Islands" },
	{ 336, "VA", "VAT", "EU", "Holy See (Vatican City State)" },
	{ 340, "HN", "HND", "NA", "Honduras" },
	{ 344, "HK", "HKG", "AS", "Hong Kong" },
	{ 348, "HU", "HUN", "EU", "Hungary" },
	{ 352, "IS", "ISL", "EU", "Iceland" },
	{ 356, "IN", "IND", "AS", "India" },
	{ 360, "ID", "IDN", "AS", "Indonesia" },
	{ 364, "IR", "IRN", "AS", "Iran" },
	{ 368, "IQ", "IRQ", "AS", "Iraq" },
	{ 372, "IE", "IRL", "EU", "Ireland" },
	{ 376, "IL", "ISR", "AS", "Israel" },
	{ 380, "IT", "ITA", "EU", "Italy" },
	{ 384, "CI", "CIV", "AF", "Côte d'Ivoire" },
	{ 388, "JM", "JAM", "NA", "Jamaica" },
	{ 392, "JP", "JPN", "AS", "Japan" },
	{ 398, "KZ", "KAZ", "AS", "Kazakhstan" },
	{ 400, "JO", "JOR", "AS", "Jordan" },
	{ 404, "KE", "KEN", "AF", "Kenya" },
	{ 408, "KP", "PRK", "AS", "North Korea" },
	{ 410, "KR", "KOR", "AS", "South Korea" },
	{ 414, "KW", "KWT", "AS", "Kuwait" },
	{ 417, "KG", "KGZ", "AS", "Kyrgyzstan" },
	{ 418, "LA", "LAO", "AS", "Laos" },
	{ 422, "LB", "LBN", "AS", "Lebanon" },
	{ 426, "LS", "LSO", "AF", "Lesotho" },
	{ 428, "LV", "LVA", "EU", "Latvia" },
	{ 430, "LR", "LBR", "AF", "Liberia" },
	{ 434, "LY", "LBY", "AF", "Libya" },
	{ 438, "LI", "LIE", "EU", "Liechtenstein" },
	{ 440, "LT", "LTU", "EU", "Lithuania" },
	{ 442, "LU", "LUX", "EU", "Luxembourg" },
	{ 446, "MO", "MAC", "AS", "Macao" },
	{ 450, "MG", "MDG", "AF", "Madagascar" },
	{ 454, "MW", "MWI", "AF", "Malawi" },
	{ 458, "MY", "MYS", "AS", "Malaysia" },
	{ 462, "MV", "MDV", "AS", "Maldives" },
	{ 466, "ML", "MLI", "AF", "Mali" },
	{ 470, "MT", "MLT", "EU", "Malta" },
	{ 474, "MQ", "MTQ", "NA", "Martinique" },
	{ 478, "MR", "MRT", "AF", "Mauritania" },
	{ 480, "MU", "MUS", "AF", "Mauritius" },
	{ 484, "MX", "MEX", "NA", "Mexico" },
	{ 492, "MC", "MCO", "EU", "Monaco" },
	{ 496, "MN", "MNG", "AS", "Mongolia" },
	{ 498, "MD", "MDA", "EU", "Moldova" },
	{ 499, "ME", "MNE", "EU", "Montenegro" },
	{ 500, "MS", "MSR", "NA", "Montserrat" },
	{ 504, "MA", "MAR", "AF", "Morocco" },
	{ 508, "MZ", "MOZ", "AF", "Mozambique" },
	{ 512, "OM", "OMN", "AS", "Oman" },
	{ 516, "NA", "NAM", "AF", "Namibia" },
	{ 520, "NR", "NRU", "OC", "Nauru" },
	{ 524, "NP", "NPL", "AS", "Nepal" },
	{ 528, "NL", "NLD", "EU", "Netherlands" },
	{ 530, "AN", "ANT", "NA", "Netherlands Antilles" },
	{ 531, "CW", "CUW", "NA", "Curaçao" },
	{ 533, "AW", "ABW", "NA", "Aruba" },
	{ 534, "SX", "SXM", "NA", "Sint Maarten (Dutch part)" },
	{ 535, "BQ", "BES", "NA", "Bonaire, Sint Eustatius and Saba" },
	{ 540, "NC", "NCL", "OC", "New Caledonia" },
	{ 548, "VU", "VUT", "OC", "Vanuatu" },
	{ 554, "NZ", "NZL", "OC", "New Zealand" },
	{ 558, "NI", "NIC", "NA", "Nicaragua" },
	{ 562, "NE", "NER", "AF", "Niger" },
	{ 566, "NG", "NGA", "AF", "Nigeria" },
	{ 570, "NU", "NIU", "OC", "Niue" },
	{ 574, "NF", "NFK", "OC", "Norfolk Island" },
	{ 578, "NO", "NOR", "EU", "Norway" },
	{ 580, "MP", "MNP", "OC", "Northern Mariana Islands" },
	{ 581, "UM", "UMI", "OC", "United States Minor Outlying Islands" },
	{ 583, "FM", "FSM", "OC", "Micronesia, Federated States of" },
	{ 584, "MH", "MHL", "OC", "Marshall Islands" },
	{ 585, "PW", "PLW", "OC", "Palau" },
	{ 586, "PK", "PAK", "AS", "Pakistan" },
	{ 591, "PA", "PAN", "NA", "Panama" },
	{ 598, "PG", "PNG", "OC", "Papua New Guinea" },
	{ 600, "PY", "PRY", "SA", "Paraguay" },
	{ 604, "PE", "PER", "SA", "Peru" },
	{ 608, "PH", "PHL", "AS", "Philippines" },
	{ 612, "PN", "PCN", "OC", "Pitcairn" },
	{ 616, "PL", "POL", "EU", "Poland" },
	{ 620, "PT", "PRT", "EU", "Portugal" },
	{ 624, "GW", "GNB", "AF", "Guinea-Bissau" },
	{ 626, "TL", "TLS", "OC", "Timor-Leste" },
	{ 630, "PR", "PRI", "NA", "Puerto Rico" },
	{ 634, "QA", "QAT", "AS", "Qatar" },
	{ 638, "RE", "REU", "AF", "Réunion" },
	{ 642, "RO", "ROU", "EU", "Romania" },
	{ 643, "RU", "RUS", "EU", "Russian Federation" },
	{ 646, "RW", "RWA", "AF", "Rwanda" },
	{ 652, "BL", "BLM", "NA", "Saint Barthélemy" },
	{ 654, "SH", "SHN", "AF", "Saint Helena, Ascension and Tristan da Cunha" },
	{ 659, "KN", "KNA", "NA", "Saint Kitts and Nevis" },
	{ 660, "AI", "AIA", "NA", "Anguilla" },
	{ 662, "LC", "LCA", "NA", "Saint Lucia" },
	{ 663, "MF", "MAF", "NA", "Saint Martin (French part)" },
	{ 666, "PM", "SPM", "NA", "Saint Pierre and Miquelon" },
	{ 670, "VC", "VCT", "NA", "Saint Vincent and the Grenadines" },
	{ 674, "SM", "SMR", "EU", "San Marino" },
	{ 678, "ST", "STP", "AF", "Sao Tome and Principe" },
	{ 682, "SA", "SAU", "AS", "Saudi Arabia" },
	{ 686, "SN", "SEN", "AF", "Senegal" },
	{ 688, "RS", "SRB", "EU", "Serbia" },
	{ 690, "SC", "SYC", "AF", "Seychelles" },
	{ 694, "SL", "SLE", "AF", "Sierra Leone" },
	{ 702, "SG", "SGP", "AS", "Singapore" },
	{ 703, "SK", "SVK", "EU", "Slovakia" },
	{ 704, "VN", "VNM", "AS", "Vietnam" },
	{ 705, "SI", "SVN", "EU", "Slovenia" },
	{ 706, "SO", "SOM", "AF", "Somalia" },
	{ 710, "ZA", "ZAF", "AF", "South Africa" },
	{ 716, "ZW", "ZWE", "AF", "Zimbabwe" },
	{ 724, "ES", "ESP", "EU", "Spain" },
	{ 728, "SS", "SSD", "AF", "South Sudan" },
	{ 729, "SD", "SDN", "AF", "Sudan" },
	{ 732, "EH", "ESH", "AF", "Western Sahara" },
	{ 740, "SR", "SUR", "SA", "Suriname" },
	{ 744, "SJ", "SJM", "EU", "Svalbard and Jan Mayen" },
	{ 748, "SZ", "SWZ", "AF", "Eswatini" },
	{ 752, "SE", "SWE", "EU", "Sweden" },
	{ 756, "CH", "CHE", "EU", "Switzerland" },
	{ 760, "SY", "SYR", "AS", "Syria" },
	{ 762, "TJ", "TJK", "AS", "Tajikistan" },
	{ 764, "TH", "THA", "AS", "Thailand" },
	{ 768, "TG", "TGO", "AF", "Togo" },
	{ 772, "TK", "TKL", "OC", "Tokelau" },
	{ 776, "TO", "TON", "OC", "Tonga" },
	{ 780, "TT", "TTO", "NA", "Trinidad and Tobago" },
	{ 784, "AE", "ARE", "AS", "United Arab Emirates" },
	{ 788, "TN", "TUN", "AF", "Tunisia" },
	{ 792, "TR", "TUR", "AS", "Türkiye" },
	{ 795, "TM", "TKM", "AS", "Turkmenistan" },
	{ 796, "TC", "TCA", "NA", "Turks and Caicos Islands" },
	{ 798, "TV", "TUV", "OC", "Tuvalu" },
	{ 800, "UG", "UGA", "AF", "Uganda" },
	{ 804, "UA", "UKR", "EU", "Ukraine" },
	{ 807, "MK", "MKD", "EU", "North Macedonia" },
	{ 818, "EG", "EGY", "AF", "Egypt" },
	{ 826, "GB", "GBR", "EU", "United Kingdom" },
	{ 831, "GG", "GGY", "EU", "Guernsey" },
	{ 832, "JE", "JEY", "EU", "Jersey" },
	{ 833, "IM", "IMN", "EU", "Isle of Man" },
	{ 834, "TZ", "TZA", "AF", "Tanzania" },
	{ 840, "US", "USA", "NA", "United States" },
	{ 850, "VI", "VIR", "NA", "Virgin Islands, U.S." },
	{ 854, "BF", "BFA", "AF", "Burkina Faso" },
	{ 858, "UY", "URY", "SA", "Uruguay" },
	{ 860, "UZ", "UZB", "AS", "Uzbekistan" },
	{ 862, "VE", "VEN", "SA", "Venezuela" },
	{ 876, "WF", "WLF", "OC", "Wallis and Futuna" },
	{ 882, "WS", "WSM", "OC", "Samoa" },
	{ 887, "YE", "YEM", "AS", "Yemen" },
	{ 891, "CS", "SCG", "EU", "Serbia and Montenegro" },
	{ 894, "ZM", "ZMB", "AF", "Zambia" },
	{ 983, "XK", "XKX", "EU", "Kosovo" },
};

#define GX_COUNTRIES	(sizeof(countries) / sizeof(countries[0]))

static int compare_numeric(const void *key, const void *element)
{
	const struct gx_country *country = element;

	return (int)*(const unsigned int *)key - (int)country->numeric;
}

const struct gx_country *gx_find_country(unsigned int numeric)
{
	if (numeric > 999)
		return NULL;
	return bsearch(&numeric, countries, GX_COUNTRIES, sizeof(countries[0]), compare_numeric);
}

const struct gx_country *gx_countries(size_t *count)
{
	*count = GX_COUNTRIES;
	return countries;
}

/* ASCII only: codes must not depend on the locale. */
static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const struct gx_country *find_numeric(const char *code, size_t len)
{
	unsigned int numeric = 0;

	for (size_t i = 0; i < len; i++) {
		if (!is_digit(code[i]))
			return NULL;
		if (numeric <= 999)
			numeric = numeric * 10 + (unsigned int)(code[i] - '0');
	}
	return gx_find_country(numeric);
}

const struct gx_country *gx_find_country_code(const char *code, size_t len)
{
	char text[GX_CODE_OCTETS + 1] = "";

	if (len == 0)
		return NULL;
	if (is_digit(code[0]))
		return find_numeric(code, len);
	if (len != 2 && len != 3)
		return NULL;
	for (size_t i = 0; i < len; i++)
		text[i] = upper(code[i]);
	if (strcmp(text, "UK") == 0)
		strcpy(text, "GB");
	for (size_t i = 0; i < GX_COUNTRIES; i++) {
		if (strcmp(text, len == 2 ? countries[i].alpha2 : countries[i].alpha3) == 0)
			return &countries[i];
	}
	return NULL;
}

enum edit {
	EDIT_SWAP,		/* two neighbours exchanged */
	EDIT_LENGTH,		/* one letter too many or too few */
	EDIT_SUBSTITUTE,	/* one letter wrong */
	EDITS,
};

/* longer is shorter with one letter put in. */
static bool is_insertion(const char *shorter, const char *longer)
{
	size_t i = 0;

	while (shorter[i] && shorter[i] == longer[i])
		i++;
	return strcmp(shorter + i, longer + i + 1) == 0;
}

static bool is_edit(enum edit edit, const char *text, const char *code)
{
	size_t text_len = strlen(text), code_len = strlen(code);
	size_t i = 0;

	if (edit == EDIT_LENGTH) {
		if (text_len + 1 == code_len)
			return is_insertion(text, code);
		return text_len == code_len + 1 && is_insertion(code, text);
	}
	if (text_len != code_len)
		return false;
	while (text[i] && text[i] == code[i])
		i++;
	if (!text[i])
		return false;
	if (edit == EDIT_SUBSTITUTE)
		return strcmp(text + i + 1, code + i + 1) == 0;
	return text[i + 1] && text[i] == code[i + 1] && text[i + 1] == code[i] &&
	       strcmp(text + i + 2, code + i + 2) == 0;
}

const struct gx_country *gx_suggest_country(const char *code, size_t len)
{
	char text[GX_CODE_OCTETS + 2] = "";

	if (len < 2 || len > GX_CODE_OCTETS + 1)
		return NULL;
	for (size_t i = 0; i < len; i++)
		text[i] = upper(code[i]);
	for (enum edit edit = 0; edit < EDITS; edit++) {
		const struct gx_country *found = NULL;
		size_t matches = 0;

		for (size_t i = 0; i < GX_COUNTRIES; i++) {
			if (!is_edit(edit, text, countries[i].alpha2) &&
			    !is_edit(edit, text, countries[i].alpha3))
				continue;
			found = &countries[i];
			matches++;
		}
		/* Among several that are equally like it, any choice would mislead. */
		if (matches)
			return matches == 1 ? found : NULL;
	}
	return NULL;
}
