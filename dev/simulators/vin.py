"""VINs with a correct check digit.

Source: 49 CFR 565.15 (check digit and model year character of vehicles sold in the United States).
"""

MODEL_YEARS = "ABCDEFGHJKLMNPRSTVWXY123456789"
_LETTERS = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True))
_VALUES = _LETTERS | {str(digit): digit for digit in range(10)}
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_CHECK_DIGITS = "0123456789X"


def year_character(year: int) -> str:
    """Return the tenth character for a model year from 1980; the 30 characters repeat in 2010 and 2040."""
    return MODEL_YEARS[(year - 1980) % 30]


def check_digit(vin: str) -> str:
    """Return the ninth character that a 17-character VIN must have; its present ninth character does not matter."""
    return _CHECK_DIGITS[sum(_VALUES[char] * weight for char, weight in zip(vin, _WEIGHTS, strict=True)) % 11]


def is_valid(vin: str) -> bool:
    """Return whether `vin` has 17 allowed characters and the correct check digit."""
    return len(vin) == 17 and all(char in _VALUES for char in vin) and vin[8] == check_digit(vin)


def complete(wmi: str, model: str, year: int, plant: str, serial: int) -> str:
    """Return a VIN made of manufacturer (3), model (5: positions 4 to 8), model year, plant (1) and serial number.

    The seventh character shows the cycle of 30 years of the model year: a letter from 2010 on, a digit before.
    Source: 49 CFR 565.15(c). Raises: ValueError when `model` contradicts that.
    """
    if (year >= 2010) != model[3].isalpha():
        raise ValueError(f"Position 7 of {wmi}{model} does not fit model year {year}")
    draft = f"{wmi}{model}0{year_character(year)}{plant}{serial:06d}"
    return draft[:8] + check_digit(draft) + draft[9:]
