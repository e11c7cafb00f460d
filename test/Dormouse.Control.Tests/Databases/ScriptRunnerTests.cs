using Dormouse.Contracts;
using Dormouse.Control.Databases;
using Dormouse.Control.Tests.Support;

namespace Dormouse.Control.Tests.Databases;

public sealed class ScriptRunnerTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_script_runs_whole_or_not_at_all_and_the_error_says_where()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase shop = await control.Databases.CreateAsync("shop", null, null, Cancelled);
        const string script = "create table goods (name text);\n-- ein Käfer: 🪲\ninsert into goods values ('nut');\n  selec 1;";

        var failure = await Assert.ThrowsAsync<DormouseException>(() => control.Scripts.RunAsync(shop.Database.Id, script, Cancelled));

        Assert.Equal(FailureKind.Postgres, failure.Kind);
        Assert.StartsWith("line 4, column 3: syntax error at or near \"selec\" (42601)", failure.Message, StringComparison.Ordinal);
        string last = await control.Scripts.RunAsync(
            shop.Database.Id,
            "create table goods (name text); insert into goods values ('nut')",
            Cancelled
        );
        Assert.Equal("INSERT", last);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" \n")]
    public async Task An_empty_script_is_refused(string? script)
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();

        var failure = await Assert.ThrowsAsync<DormouseException>(() => control.Scripts.RunAsync(DatabaseId.New(), script, Cancelled));

        Assert.Equal("DM2020", failure.Code);
    }
}
