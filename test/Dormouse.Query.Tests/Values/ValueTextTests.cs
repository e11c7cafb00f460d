using System.Text;
using Dormouse.Query.Values;
using FsCheck;
using FsCheck.Fluent;

namespace Dormouse.Query.Tests.Values;

public sealed class ValueTextTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0.000", "0")]
    [InlineData("10.5000", "10.5")]
    [InlineData("-0.10", "-0.1")]
    [InlineData("100", "100")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("0.0000001", "1e-7")]
    [InlineData("0.00000123", "0.00000123")]
    [InlineData("123456789012345678901", "123456789012345678901")]
    [InlineData("1234567890123456789012.5", "1.2345678901234567890125e+21")]
    [InlineData("1e3", "1000")]
    [InlineData("1.5E-9", "1.5e-9")]
    [InlineData("+7", "7")]
    [InlineData("007", "7")]
    [InlineData("Infinity", "Infinity")]
    [InlineData("x", "")]
    [InlineData("1e", "")]
    [InlineData("", "")]
    [InlineData(".", "")]
    public void A_decimal_has_the_canonical_form_of_decimal_js(string text, string expected)
    {
        var output = new byte[DecimalText.MaxLength(text.Length)];
        Assert.Equal(expected, Encoding.ASCII.GetString(output, 0, DecimalText.Write(Encoding.ASCII.GetBytes(text), output)));
    }

    [Theory]
    [InlineData(1.5, "1.5")]
    [InlineData(-0.0, "0")]
    [InlineData(1e21, "1e+21")]
    [InlineData(1e20, "100000000000000000000")]
    [InlineData(123456789012345680000.0, "123456789012345680000")]
    [InlineData(1e-7, "1e-7")]
    [InlineData(0.1, "0.1")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(1.7976931348623157e308, "1.7976931348623157e+308")]
    [InlineData(double.NaN, "NaN")]
    public void A_number_prints_as_in_JavaScript(double number, string expected) =>
        Assert.Equal(expected, Encoding.ASCII.GetString(JsNumber.Format(number)));

    [Fact]
    public void Every_number_is_read_back_from_its_text() =>
        Check.QuickThrowOnFailure(Prop.ForAll<double>(number => JsNumber.Parse(JsNumber.Format(number)).Equals(number == 0 ? 0 : number)));

    [Theory]
    [InlineData("2024-01-01T00:00:00.123Z", "2024-01-01T00:00:00.123Z")]
    [InlineData("2024-02-30T00:00:00Z", "2024-03-01T00:00:00.000Z")]
    [InlineData("2024-01-01T24:00:00Z", "2024-01-02T00:00:00.000Z")]
    [InlineData("2020-01-01T00:00:00.5+0530", "2019-12-31T18:30:00.500Z")]
    [InlineData("2020", "2020-01-01T00:00:00.000Z")]
    [InlineData("2020-06", "2020-06-01T00:00:00.000Z")]
    [InlineData("Jan 1 2020", "2020-01-01T00:00:00.000Z")]
    [InlineData("+010000-01-01T00:00:00.000Z", "+010000-01-01T00:00:00.000Z")]
    [InlineData("0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00.000Z")]
    [InlineData("1969-12-31T23:59:59.999999+00:00", "1969-12-31T23:59:59.999Z")]
    [InlineData("infinity", null)]
    [InlineData("2024-13-01", null)]
    [InlineData("", null)]
    public void A_date_is_read_as_in_JavaScript(string text, string? expected)
    {
        Span<byte> iso = stackalloc byte[InstantText.MaxLength];
        var instant = Instant.Parse(Encoding.UTF8.GetBytes(text));
        Assert.Equal(expected, instant is { } value ? Encoding.ASCII.GetString(iso[..InstantText.WriteIso(value, iso)]) : null);
    }

    [Fact]
    public void Every_instant_is_read_back_from_its_text() =>
        Check.QuickThrowOnFailure(
            Prop.ForAll<long>(number =>
            {
                var milliseconds = number % 8_640_000_000_000_000;
                var instant = Instant.FromUnixMilliseconds(milliseconds)!.Value;
                Span<byte> iso = stackalloc byte[InstantText.MaxLength];
                return Instant.Parse(iso[..InstantText.WriteIso(instant, iso)]) == instant;
            })
        );
}
