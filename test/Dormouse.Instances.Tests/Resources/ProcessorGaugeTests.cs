using Dormouse.Instances.Resources;

namespace Dormouse.Instances.Tests.Resources;

public sealed class ProcessorGaugeTests
{
    [Fact]
    public void What_was_in_use_between_two_readings_is_told_and_waiting_for_a_disk_is_no_use()
    {
        var gauge = new ProcessorGauge();

        gauge.Read("cpu  100 0 100 1000 50 0 0 0 7 0");

        // 10 + 5 + 10 + 3 + 2 + 10 of 80 passed; 30 nobody wanted, 10 a disk was waited for, and what a guest took is in the first already.
        Assert.Equal(0.5, gauge.Read("cpu  110 5 110 1030 60 3 2 10 99 99"));
        Assert.Equal(0, gauge.Read("cpu  110 5 110 1030 60 3 2 10 99 99"));
        Assert.Equal(1, gauge.Read("cpu  210 5 110 1030 60 3 2 10 99 99"));
    }

    [Fact]
    public void This_host_s_own_is_between_none_and_all()
    {
        var gauge = new ProcessorGauge();

        Assert.InRange(gauge.Read(), 0.000_001, 1);
        Assert.InRange(gauge.Read(), 0, 1);
    }
}
