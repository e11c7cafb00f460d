using System.Text;
using Dormouse.Query.Rows;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Rows;

public sealed class RowTableTests
{
    [Fact]
    public void Cells_are_found_again_after_the_table_has_grown()
    {
        using var table = new RowTable(100_000, 100_000_000);
        table.Begin(new RowShape([new RowColumn("a", 23), new RowColumn("b", 25)]));
        for (var i = 0; i < 5_000; i++)
        {
            table.AddRow(Reply.DataRow([$"{i}", i % 3 == 0 ? null : new string('x', i % 50)]));
        }

        for (var i = 0; i < 5_000; i++)
        {
            Assert.Equal($"{i}", Encoding.UTF8.GetString(table.Cell(i, 0)));
            Assert.Equal(i % 3 == 0, table.IsNull(i, 1));
            Assert.Equal(i % 3 == 0 ? null : i % 50, table.CellMemory(i, 1)?.Length);
        }
    }

    [Theory]
    [InlineData(2, 1_000)]
    [InlineData(1_000, 20)]
    public void Beyond_its_limits_a_table_drops_rows_and_says_so(int rows, int bytes)
    {
        using var table = new RowTable(rows, bytes);
        table.Begin(new RowShape([new RowColumn("a", 25)]));
        for (var i = 0; i < 3; i++)
        {
            table.AddRow(Reply.DataRow(["12345"]));
        }

        Assert.True(table.Overflowed);
        Assert.Equal(2, table.RowCount);
    }

    [Fact]
    public void A_cell_longer_than_its_row_is_refused()
    {
        using var table = new RowTable(10, 100);
        table.Begin(new RowShape([new RowColumn("a", 25)]));
        Assert.Throws<InvalidDataException>(() => table.AddRow([0, 0, 0, 9, 65]));
    }

    [Fact]
    public async Task A_request_with_too_many_rows_fails_clearly()
    {
        var limits = new Dormouse.Query.Plans.QueryLimits { MaxRows = 1 };
        var failure = await Assert.ThrowsAsync<Dormouse.Query.Failures.PlanException>(() =>
            Run.Plan(Run.Query(), new ScriptedSession(Reply.Of("id:23", ["1"], ["2"])), "{}", limits)
        );
        Assert.Contains("limit", failure.Message, StringComparison.Ordinal);
    }
}
