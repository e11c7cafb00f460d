using Dormouse.Contracts;
using Dormouse.Telemetry;
using Dormouse.Testing;

namespace Dormouse.Tests.Telemetry;

public sealed class OtlpHeadersTests
{
    [Fact]
    public async Task A_file_has_a_header_on_each_line()
    {
        using var folder = new TestDataFolder();

        IReadOnlyList<KeyValuePair<string, string>> headers = OtlpHeaders.OfFile(
            await FileAsync(folder, "# of the vendor\n\nx-team: a:b=c, d \r\nAuthorization:Bearer s3cret\n")
        );

        Assert.Equal([new("x-team", "a:b=c, d"), new("Authorization", "Bearer s3cret")], headers);
    }

    [Theory]
    [InlineData("s3cret")]
    [InlineData(": s3cret")]
    [InlineData("no name: s3cret")]
    [InlineData("x-team: s3cret\u0001")]
    public async Task A_line_that_is_none_is_told_by_its_number_and_not_by_its_text(string line)
    {
        using var folder = new TestDataFolder();
        string file = await FileAsync(folder, "a: b\n" + line);

        var failure = Assert.Throws<DormouseException>(() => OtlpHeaders.OfFile(file));

        Assert.Equal(("DM1021", FailureKind.Caller), (failure.Code, failure.Kind));
        Assert.Contains("line 2", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_or_too_large_is_none()
    {
        using var folder = new TestDataFolder();
        string large = await FileAsync(folder, new string('#', 65 * 1024));

        Assert.Equal("DM1021", Assert.Throws<DormouseException>(() => OtlpHeaders.OfFile(Path.Combine(folder.Path, "none"))).Code);
        Assert.Equal("DM1021", Assert.Throws<DormouseException>(() => OtlpHeaders.OfFile(large)).Code);
    }

    private static async Task<string> FileAsync(TestDataFolder folder, string text)
    {
        Directory.CreateDirectory(folder.Path);
        string file = Path.Combine(folder.Path, "headers");
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        return file;
    }
}
