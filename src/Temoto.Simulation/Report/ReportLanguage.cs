namespace Temoto.Simulation.Report;

/// <summary>In what language a report is written.</summary>
internal enum ReportLanguage
{
    English,
    Japanese,
}
