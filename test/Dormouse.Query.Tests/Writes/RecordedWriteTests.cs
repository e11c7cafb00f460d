namespace Dormouse.Query.Tests.Writes;

/// <summary>Writes of all kinds lead to the same answers, the same errors and the same rows as with Prisma's own engine.</summary>
public sealed class RecordedWriteTests
{
    private static readonly Scenarios WithKeys = new("zoo");
    private static readonly Scenarios Emulated = new("zoo-emulated");

    public static TheoryData<string> NamesWithKeys => [.. WithKeys.Names];

    public static TheoryData<string> NamesEmulated => [.. Emulated.Names];

    [Theory]
    [MemberData(nameof(NamesWithKeys))]
    public Task A_write_does_what_the_engine_does(string scenario) => WithKeys.ReplayAsync(scenario, TestContext.Current.CancellationToken);

    [Theory]
    [MemberData(nameof(NamesEmulated))]
    public Task A_write_without_foreign_keys_does_what_the_engine_does(string scenario) =>
        Emulated.ReplayAsync(scenario, TestContext.Current.CancellationToken);
}
