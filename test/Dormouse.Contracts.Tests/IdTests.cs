namespace Dormouse.Contracts.Tests;

public sealed class IdTests
{
    [Fact]
    public void New_ids_parse_back_and_differ()
    {
        DatabaseId one = DatabaseId.New();
        Assert.Equal(one, DatabaseId.Parse(one.ToString()));
        Assert.NotEqual(one, DatabaseId.New());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("db_")]
    [InlineData("con_0123456789abcdef")]
    [InlineData("db_0123456789abcde/")]
    [InlineData("db_0123456789ABCDEF")]
    [InlineData("db_0123456789abcdef0")]
    [InlineData("db_../../etc/passwd")]
    public void What_is_not_an_id_is_refused(string? text) => Assert.False(DatabaseId.TryParse(text, out _));

    [Fact]
    public void The_system_database_has_a_valid_id() => Assert.True(DatabaseId.TryParse(DatabaseId.System.ToString(), out _));
}
